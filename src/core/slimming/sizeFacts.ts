import type { Checkpoint } from '../checkpoint/checkpoint'
import { checkpointModel } from '../checkpoint/model'
import { type ModuleEntry, moduleIndex } from '../checkpoint/moduleIndex'
import { writeTorchPickle } from '../checkpoint/pickleWriter'
import { dtypeBytes, type PyStorage, type PyTensor } from '../checkpoint/values'
import type { ChannelGraph } from './graph'
import { prunedRoot } from './pruneCheckpoint'
import type { ConvFacts, MemoFacts, NormFacts, SizeFacts, TensorFacts } from './prunedSize'

/** A storage as the writer met it. */
type Met = { readonly index: number; readonly memoSize: number; uses: number }

/** Thrown where a checkpoint is built so that the size of its pruned file has no short formula. */
class NoFormula extends Error {}

/**
 * What `prunedSize` needs to know of a checkpoint. Undefined where tensors share storages or modules lack their
 * channel counts, as in no checkpoint that YOLOv5 saved: then only pruning tells the size.
 *
 * Edits the checkpoint's outermost dict as pruning does.
 */
export function sizeFacts(
  checkpoint: Pick<Checkpoint, 'root' | 'protocol' | 'byteorder' | 'version'>,
  graph: ChannelGraph,
): SizeFacts | undefined {
  const { model } = checkpointModel(checkpoint.root)
  const root = prunedRoot(checkpoint, model)
  const met = new Map<PyStorage, Met>()
  const gets = new Map<number, number>()
  const pickle = writeTorchPickle(root, checkpoint.protocol, {
    get: (index) => gets.set(index, (gets.get(index) ?? 0) + 1),
    storage: (storage, memoSize) => {
      const known = met.get(storage)
      if (known) known.uses++
      else met.set(storage, { index: met.size, memoSize, uses: 1 })
    },
  })
  const classes = classNumbers(met)
  try {
    const tensors = new Tensors(met, classes)
    const modules = moduleIndex(model)
    const convs = graph.convs.map(({ name }) => convFacts(modules.get(name), tensors))
    const norms = graph.norms.map(({ name }) => normFacts(modules.get(name), tensors))
    return {
      pickleBytes: pickle.bytes.length,
      byteorderBytes: checkpoint.byteorder?.length ?? null,
      versionBytes: (checkpoint.version ?? '3\n').length,
      storages: pickle.storages.map(storageBytes),
      memo: memoFacts(met, classes, pickle.memoSize > 255 ? (gets.get(255) ?? 0) : null),
      tensors: tensors.list,
      convs,
      norms,
    }
  } catch (error) {
    if (error instanceof NoFormula) return undefined
    throw error
  }
}

/** Memo number of each class of storages: that of its first use. */
function classNumbers(met: ReadonlyMap<PyStorage, Met>): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const [storage, { memoSize }] of met) {
    const type = className(storage)
    if (!numbers.has(type)) numbers.set(type, memoSize)
  }
  return numbers
}

const className = ({ dtype, opaque }: PyStorage) => opaque?.className.path ?? dtype

function memoFacts(
  met: ReadonlyMap<PyStorage, Met>,
  classes: ReadonlyMap<string, number>,
  lastShortUses: number | null,
): MemoFacts {
  let floatUses = 0
  for (const [storage, { uses }] of met) if (className(storage) === 'float32') floatUses += uses
  return { float: classes.get('float32') ?? null, floatUses, lastShortUses }
}

function storageBytes({ dtype, numel, opaque }: PyStorage): number {
  return numel * (opaque?.elementBytes ?? dtypeBytes[dtype])
}

/** Tensors that surgery may replace, each once. */
class Tensors {
  readonly list: TensorFacts[] = []
  private readonly seen = new Set<PyTensor | PyStorage>()

  constructor(
    private readonly met: ReadonlyMap<PyStorage, Met>,
    private readonly classes: ReadonlyMap<string, number>,
  ) {}

  /** Index of a tensor of a module, or null where it has none. */
  add(module: ModuleEntry | undefined, name: string, absorbs = false): number | null {
    const tensor = module?.tensor(name)
    if (!tensor) return null
    const { storage, shape, stride, offset, dtype } = tensor
    const met = this.met.get(storage)
    const classNumber = this.classes.get(className(storage))
    if (!met || met.uses > 1 || storage.opaque || classNumber === undefined) throw new NoFormula()
    if (this.seen.has(tensor) || this.seen.has(storage)) throw new NoFormula()
    this.seen.add(tensor).add(storage)
    const exact = dtype === 'float32' || dtype === 'float64'
    // Turned into float32, it would leave its class to be named by another tensor first.
    if (absorbs && !exact && classNumber === met.memoSize) throw new NoFormula()
    const elementBytes = dtypeBytes[dtype]
    const { index, memoSize } = met
    return (
      this.list.push({
        ...{ storage: index, shape, stride, offset, storageNumel: storage.numel },
        ...{ elementBytes, exact, classNumber, memoSize },
      }) - 1
    )
  }
}

function convFacts(module: ModuleEntry | undefined, tensors: Tensors): ConvFacts {
  const weight = tensors.add(module, 'weight')
  if (weight === null) throw new NoFormula()
  return {
    weight,
    bias: tensors.add(module, 'bias', true),
    outChannels: count(module, 'out_channels'),
    inChannels: count(module, 'in_channels'),
    groups: count(module, 'groups'),
  }
}

function normFacts(module: ModuleEntry | undefined, tensors: Tensors): NormFacts {
  const vectors = ['weight', 'bias', 'running_var'].map((name) => tensors.add(module, name))
  return {
    vectors: vectors.filter((index) => index !== null),
    mean: tensors.add(module, 'running_mean', true),
    features: count(module, 'num_features'),
  }
}

/** A channel count in the module's `__dict__`. */
function count(module: ModuleEntry | undefined, name: string): number {
  const value = module?.dict.get(name)
  if (typeof value === 'number') return value
  throw new NoFormula()
}
