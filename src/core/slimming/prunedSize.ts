import { countKept } from './cost'
import type { ChannelGraph } from './graph'

/**
 * What the size of a checkpoint depends on, besides its plan: enough to tell to the byte how large the writer
 * (checkpoint/writeCheckpoint.ts) would make the pruned file, without the file. Made by `sizeFacts`.
 */
export type SizeFacts = {
  /** Bytes of the pickle with nothing removed. */
  readonly pickleBytes: number
  /** Content bytes of the archive's small entries; null where it has none. */
  readonly byteorderBytes: number | null
  readonly versionBytes: number
  /** Bytes of each storage, in the order in which they are written. */
  readonly storages: readonly number[]
  readonly memo: MemoFacts
  readonly tensors: readonly TensorFacts[]
  /** By convolution and norm of the graph. */
  readonly convs: readonly ConvFacts[]
  readonly norms: readonly NormFacts[]
}

/**
 * The pickle's memo numbers up to 255 take one byte, those from 256 on four. Tensors that become float32 may bring
 * the class FloatStorage into the memo earlier, which moves all later numbers by one.
 */
export type MemoFacts = {
  /** Number of FloatStorage; null where no tensor is float32. */
  readonly float: number | null
  readonly floatUses: number
  /** References to number 255 after it was made; null where the memo has no more than 255 entries. */
  readonly lastShortUses: number | null
}

export type TensorFacts = {
  /** Index into `storages`. */
  readonly storage: number
  readonly shape: readonly number[]
  readonly stride: readonly number[]
  readonly offset: number
  /** Elements of its storage, which may be larger than the tensor. */
  readonly storageNumel: number
  readonly elementBytes: number
  /** Its element type is float32 or float64, which stays when a constant is absorbed. */
  readonly exact: boolean
  /** Number in the memo of its storage's class. */
  readonly classNumber: number
  /** Entries in the memo when its storage's class is written. */
  readonly memoSize: number
}

/** Indices into `tensors`, and the channel counts that the module remembers. */
export type ConvFacts = {
  readonly weight: number
  readonly bias: number | null
  readonly outChannels: number
  readonly inChannels: number
  readonly groups: number
}

export type NormFacts = {
  /** weight and bias, running_var; absent ones left out. */
  readonly vectors: readonly number[]
  readonly mean: number | null
  readonly features: number
}

/** Tensors with a new shape or type, and what the integers in the pickle grow by. */
type Changes = {
  readonly shapes: Map<number, { readonly rows: number; readonly columns?: number }>
  readonly shifted: Set<number>
  attributeBytes: number
}

/** Sizes in bytes of the file as it would be with all channels in the same format, and of the pruned one. */
export function prunedSize(
  graph: ChannelGraph,
  facts: SizeFacts,
  removed: Uint8Array,
  absorb: boolean,
): { readonly before: number; readonly after: number } {
  const changes = collectChanges(graph, facts, removed, absorb)
  const storages = Float64Array.from(facts.storages)
  let pickle = facts.pickleBytes + changes.attributeBytes
  let saved = 0
  const converted: TensorFacts[] = []
  for (const index of new Set([...changes.shapes.keys(), ...changes.shifted])) {
    const tensor = facts.tensors[index]
    if (!tensor) continue
    const shape = newShape(tensor, changes.shapes.get(index))
    const converts = changes.shifted.has(index) && !tensor.exact
    if (converts) converted.push(tensor)
    const bytes = numelOf(shape) * (converts ? 4 : tensor.elementBytes)
    saved += numelOf(tensor.shape) * tensor.elementBytes - bytes
    storages[tensor.storage] = bytes
    pickle += tensorGrowth(tensor, shape)
  }
  pickle += classGrowth(facts.memo, converted)
  const after = archiveBytes(facts, pickle, storages)
  return { before: after + saved, after }
}

/** The same conditions as `applyPlan` (surgery.ts), on counts alone. */
function collectChanges(
  graph: ChannelGraph,
  facts: SizeFacts,
  removed: Uint8Array,
  absorb: boolean,
): Changes {
  const changes: Changes = { shapes: new Map(), shifted: new Set(), attributeBytes: 0 }
  const shifts = absorb ? shiftedPlaces(graph, removed) : { norms: new Set(), convs: new Set() }
  graph.convs.forEach((conv, index) => {
    const own = facts.convs[index]
    if (!own) return
    const rows = countKept(conv.rowGroups, removed)
    const columns = countKept(conv.columnGroups, removed)
    const [allRows, allColumns] = [conv.rowGroups.length, conv.columnGroups.length]
    if (own.bias !== null && rows !== allRows) changes.shapes.set(own.bias, { rows })
    if (own.bias !== null && shifts.convs.has(index)) changes.shifted.add(own.bias)
    if (rows === allRows && columns === allColumns) return
    const cutsColumns = conv.groups === 1
    if (rows !== allRows || cutsColumns) {
      changes.shapes.set(own.weight, cutsColumns ? { rows, columns } : { rows })
    }
    changes.attributeBytes += growth(own.outChannels, rows) + growth(own.inChannels, columns)
    if (conv.groups > 1) changes.attributeBytes += growth(own.groups, columns)
  })
  graph.norms.forEach(({ groups, channels }, index) => {
    const own = facts.norms[index]
    if (!own || groups.length === 0) return
    const rows = countKept(groups, removed)
    const shifted = shifts.norms.has(index)
    if (rows === channels && !shifted) return
    if (rows !== channels) {
      for (const vector of own.vectors) changes.shapes.set(vector, { rows })
      if (own.mean !== null) changes.shapes.set(own.mean, { rows })
    }
    if (shifted && own.mean !== null) changes.shifted.add(own.mean)
    changes.attributeBytes += growth(own.features, rows)
  })
  return changes
}

/** Norms and convolutions that absorb a removed channel's constant. */
function shiftedPlaces(
  graph: ChannelGraph,
  removed: Uint8Array,
): { readonly norms: ReadonlySet<unknown>; readonly convs: ReadonlySet<unknown> } {
  const norms = new Set<number>()
  const convs = new Set<number>()
  graph.convs.forEach((conv, index) => {
    if (conv.groups !== 1) return
    const { columnConstants: constants, columnGroups } = conv
    if (!columnGroups.some((group, at) => removed[group] === 1 && constants[at] !== 0)) return
    conv.rowGroups.forEach((group, row) => {
      if (removed[group] === 1) return
      const sink = conv.sinks[row]
      if (sink === 'bias') convs.add(index)
      else if (sink) norms.add(sink.norm)
    })
  })
  return { norms, convs }
}

function newShape(
  { shape }: TensorFacts,
  change: { readonly rows: number; readonly columns?: number } | undefined,
): readonly number[] {
  if (!change) return shape
  const [, columns = 1, ...inner] = shape
  return shape.length === 1 ? [change.rows] : [change.rows, change.columns ?? columns, ...inner]
}

const numelOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

/** What a replaced tensor's integers take more: its offset is 0, its strides are those of a contiguous one. */
function tensorGrowth(tensor: TensorFacts, shape: readonly number[]): number {
  let more = growth(tensor.offset, 0) + growth(tensor.storageNumel, numelOf(shape))
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    more += growth(tensor.shape[i] ?? 0, shape[i] ?? 0) + growth(tensor.stride[i] ?? 0, step)
    step *= shape[i] ?? 1
  }
  return more
}

const growth = (from: number, to: number) => integerBytes(to) - integerBytes(from)

/** Bytes of a number in the pickle: BININT1, BININT2, BININT. */
function integerBytes(value: number): number {
  if (value >= 0 && value < 0x100) return 2
  return value >= 0 && value < 0x10000 ? 3 : 5
}

/** Bytes of BINPUT or BINGET, and of LONG_BINPUT or LONG_BINGET. */
const memoBytes = (number: number) => (number < 256 ? 2 : 5)
const floatClassBytes = 1 + 'torch\nFloatStorage\n'.length

/** What the classes of storages take more when `converted` tensors become float32. */
function classGrowth(memo: MemoFacts, converted: readonly TensorFacts[]): number {
  if (converted.length === 0) return 0
  const known = memo.float ?? Number.POSITIVE_INFINITY
  const first = converted.reduce((least, { memoSize }) => Math.min(least, memoSize), known)
  const usesBytes = (number: number, uses: number) =>
    uses === 0 ? 0 : floatClassBytes + uses * memoBytes(number)
  let more = usesBytes(first, memo.floatUses + converted.length) - usesBytes(known, memo.floatUses)
  let lastShortUses = memo.lastShortUses
  for (const { classNumber } of converted) {
    more -= memoBytes(classNumber)
    if (classNumber === 255 && lastShortUses !== null) lastShortUses--
  }
  // Number 255 becomes 256, where it is made and wherever it is referred to.
  if (first <= 255 && known > 255 && lastShortUses !== null) {
    more += (memoBytes(256) - memoBytes(255)) * (1 + lastShortUses)
  }
  return more
}

/** Bytes of the zip: see checkpoint/zipWriter.ts. */
function archiveBytes(facts: SizeFacts, pickleBytes: number, storages: Float64Array): number {
  let at = 0
  let directory = 0
  const add = (nameLength: number, size: number) => {
    const start = at + 30 + nameLength + 4
    at = start + ((64 - (start % 64)) % 64) + size
    directory += 46 + nameLength
  }
  add('archive/data.pkl'.length, pickleBytes)
  if (facts.byteorderBytes !== null) add('archive/byteorder'.length, facts.byteorderBytes)
  storages.forEach((size, key) => {
    add('archive/data/'.length + String(key).length, size)
  })
  add('archive/version'.length, facts.versionBytes)
  return at + directory + 22
}
