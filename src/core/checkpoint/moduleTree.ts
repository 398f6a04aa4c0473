import type { Attribute, ModuleNode, ModuleTensor } from '../slimming/moduleTree'
import type { Checkpoint } from './checkpoint'
import { childrenOf, type ModuleEntry, moduleIndex } from './moduleIndex'
import {
  PyFloat,
  PyList,
  PyObject,
  type PyObject as PyObjectType,
  PyTuple,
  type PyValue,
} from './values'

/** Attributes are small: kernel sizes, strides, the layer list of a yaml. */
const maxItems = 20_000
const maxNesting = 32

type MutableNode = {
  className: string
  attributes: Record<string, Attribute>
  tensors: Record<string, ModuleTensor>
  children: Record<string, ModuleNode>
}

/**
 * The model as the channel graph wants it. Tensors are read from the checkpoint when asked, so keep it open as
 * long as that. Throws what `moduleIndex` throws.
 */
export function moduleTree(checkpoint: Checkpoint, model: PyObjectType): ModuleNode {
  const index = moduleIndex(model)
  const nodes = new Map<string, MutableNode>()
  for (const [path, entry] of index) nodes.set(path, nodeOf(checkpoint, entry))
  for (const [path, entry] of index) {
    const node = nodes.get(path)
    for (const [name] of childrenOf(entry.dict)) {
      const child = nodes.get(path === '' ? name : `${path}.${name}`)
      if (node && child) define(node.children, name, child)
    }
  }
  return nodes.get('') as ModuleNode
}

function nodeOf(checkpoint: Checkpoint, entry: ModuleEntry): MutableNode {
  const attributes: Record<string, Attribute> = {}
  for (const [name, value] of entry.dict.entries) {
    if (typeof name !== 'string') continue
    const plain = plainValue(value)
    if (plain !== undefined) define(attributes, name, plain)
  }
  const tensors: Record<string, ModuleTensor> = {}
  for (const [name, tensor] of entry.tensors()) {
    define(tensors, name, { shape: tensor.shape, read: () => checkpoint.readTensor(tensor) })
  }
  return { className: entry.object.className ?? '?', attributes, tensors, children: {} }
}

/** An own property even where the file says `__proto__`. */
function define<T>(record: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(record, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}

/**
 * Numbers, strings, booleans, None and sequences of those (a torch.Size too); undefined for anything else and
 * for what is too large or refers to itself.
 */
export function plainValue(value: PyValue): Attribute | undefined {
  const simple = scalar(value)
  if (simple !== undefined) return simple
  let budget = maxItems
  // Depth is bounded by `maxNesting`, so recursion is safe; the budget bounds shared sublists.
  function convert(item: PyValue, depth: number): Attribute | undefined {
    if (--budget < 0) return undefined
    const plain = scalar(item)
    if (plain !== undefined) return plain
    const items = itemsOf(item)
    if (!items || depth > maxNesting) return undefined
    const list: Attribute[] = []
    for (const element of items) {
      const converted = convert(element, depth + 1)
      if (converted === undefined) return undefined
      list.push(converted)
    }
    return list
  }
  return convert(value, 0)
}

function scalar(value: PyValue): Attribute | undefined {
  if (value === null) return null
  if (value instanceof PyFloat) return value.value
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'object' ? undefined : value
}

function itemsOf(value: PyValue): readonly PyValue[] | undefined {
  if (value instanceof PyList || value instanceof PyTuple) return value.items
  if (value instanceof PyObject && value.className === 'torch.Size') {
    const inner = value.args instanceof PyTuple ? value.args.items[0] : undefined
    return inner instanceof PyTuple || inner instanceof PyList ? inner.items : undefined
  }
  return undefined
}
