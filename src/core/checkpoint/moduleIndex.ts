import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import { isModule, mappingOf, tensorOf } from './model'
import type { PyDict, PyObject, PyTensor, PyValue } from './values'

/** A module of the checkpoint, open for surgery. */
export type ModuleEntry = {
  /** Dotted name as `named_modules(remove_duplicate=False)` gives it; empty for the model itself. */
  readonly path: string
  readonly object: PyObject
  /** The instance `__dict__`. */
  readonly dict: PyDict
  /** The module's own parameter or buffer; undefined when there is none or it is None. */
  tensor(name: string): PyTensor | undefined
  /** Names and tensors of the module's own parameters, then its buffers. */
  tensors(): [string, PyTensor][]
  /** Sets an entry of the instance `__dict__`. */
  setAttribute(name: string, value: PyValue): void
}

/** YOLOv5x6 has some 1,000 modules, nested 7 deep. */
const maxModules = 50_000
const maxDepth = 100

/**
 * Every module below `model`, the model included, by its path, in registration order (parents first). A module
 * registered under two names appears under both. Throws `checkpoint/module-cycle` or `checkpoint/too-complex`.
 */
export function moduleIndex(model: PyObject): Map<string, ModuleEntry> {
  const index = new Map<string, ModuleEntry>()
  const ancestors = new Set<PyObject>()
  // A frame without `object` leaves the module again, once its descendants are done.
  type Frame = { path: string; object: PyObject; depth: number; leave: boolean }
  const todo: Frame[] = [{ path: '', object: model, depth: 0, leave: false }]
  for (let frame = todo.pop(); frame; frame = todo.pop()) {
    const { path, object, depth } = frame
    if (frame.leave) {
      ancestors.delete(object)
      continue
    }
    if (ancestors.has(object)) throw cycle(path)
    if (depth > maxDepth || index.size >= maxModules) throw tooComplex()
    const dict = object.state as PyDict
    if (index.has(path)) throw cycle(path)
    index.set(path, entryOf(path, object, dict))
    ancestors.add(object)
    todo.push({ ...frame, leave: true })
    const children = childrenOf(dict)
    if (todo.length + children.length > maxModules) throw tooComplex()
    for (const [name, child] of children.reverse()) {
      const childPath = path === '' ? name : `${path}.${name}`
      if (childPath.length > 1000) throw tooComplex()
      todo.push({ path: childPath, object: child, depth: depth + 1, leave: false })
    }
  }
  return index
}

/** Named submodules that are not None. */
export function childrenOf(dict: PyDict): [string, PyObject][] {
  const children: [string, PyObject][] = []
  for (const [name, child] of mappingOf(dict.get('_modules'))?.entries ?? []) {
    if (typeof name === 'string' && isModule(child)) children.push([name, child])
  }
  return children
}

function entryOf(path: string, object: PyObject, dict: PyDict): ModuleEntry {
  const slots = () => [mappingOf(dict.get('_parameters')), mappingOf(dict.get('_buffers'))]
  return {
    path,
    object,
    dict,
    tensor: (name) => {
      for (const slot of slots()) {
        const tensor = tensorOf(slot?.get(name))
        if (tensor) return tensor
      }
      return undefined
    },
    tensors: () => {
      const found: [string, PyTensor][] = []
      for (const slot of slots()) {
        for (const [name, value] of slot?.entries ?? []) {
          const tensor = tensorOf(value)
          if (typeof name === 'string' && tensor) found.push([name, tensor])
        }
      }
      return found
    },
    setAttribute: (name, value) => dict.set(name, value),
  }
}

function cycle(path: string): SlimError {
  return new SlimError(
    'checkpoint/module-cycle',
    l10n.t('The module {0} is nested in itself or named twice.', path || '(root)'),
    l10n.t('Train or save the model again with an unmodified YOLOv5.'),
  )
}

function tooComplex(): SlimError {
  return new SlimError(
    'checkpoint/too-complex',
    l10n.t('The model has far more modules than any YOLOv5 model.'),
    l10n.t('Train or save the model again with an unmodified YOLOv5.'),
  )
}
