import { toFloat32 } from '../checkpoint/tensorData'
import { dtypeBytes, type PyTensor } from '../checkpoint/values'
import type { ChannelGraph, GraphConv } from './graph'

/** A module of the checkpoint as surgery edits it: its tensors, and the numbers of its `__dict__`. */
export type EditableModule = {
  tensor(name: string): PyTensor | undefined
  setAttribute(name: string, value: number): void
}

export type SurgeryInput = {
  readonly modules: ReadonlyMap<string, EditableModule>
  /** Contiguous little-endian content of a tensor in its own dtype, row-major. */
  readonly readBytes: (tensor: PyTensor) => Uint8Array
  readonly graph: ChannelGraph
  /** 1 for each group of the graph that goes. */
  readonly removed: Uint8Array
  /** Absorb the constants that removed channels leave behind; otherwise they are dropped. */
  readonly absorb: boolean
}

/**
 * Cuts the removed channels out of every tensor of the checkpoint, in place, and corrects the channel counts
 * that the modules remember. Classes, keys and everything else stay.
 *
 * A channel with gamma = 0 emits act(beta) everywhere. With `absorb`, what a convolution made of that constant,
 * Σ W · act(beta), goes into the running mean of the BatchNorm after it (or its own bias). That is exact but for
 * the border pixels of a zero-padded kernel larger than 1 × 1.
 */
export function applyPlan(input: SurgeryInput): void {
  const { graph, removed } = input
  const shifts = input.absorb ? collectShifts(graph, removed) : noShifts
  graph.convs.forEach((conv, index) => {
    cutConv(input, conv, shifts.biases.get(index))
  })
  graph.norms.forEach((norm, index) => {
    if (norm.groups.length === 0) return
    const kept = keptIndices(norm.groups, removed)
    const shift = shifts.means.get(index)
    if (kept.length === norm.channels && !shift) return
    const module = moduleAt(input, norm.name)
    for (const name of ['weight', 'bias', 'running_mean', 'running_var']) {
      const tensor = module.tensor(name)
      if (!tensor) continue
      cutTensor(input, tensor, kept, undefined)
      if (shift && name === 'running_mean') shiftTensor(input, tensor, kept, shift, -1)
    }
    module.setAttribute('num_features', kept.length)
  })
}

type Shifts = {
  /** By norm: what each channel's running mean falls by. */
  readonly means: Map<number, Float64Array>
  /** By convolution: what each row's bias rises by. */
  readonly biases: Map<number, Float64Array>
}

const noShifts: Shifts = { means: new Map(), biases: new Map() }

/** Σ over removed columns of W · constant, for every row that stays. */
function collectShifts(graph: ChannelGraph, removed: Uint8Array): Shifts {
  const shifts: Shifts = { means: new Map(), biases: new Map() }
  graph.convs.forEach((conv, index) => {
    const constants = removedConstants(conv, removed)
    if (constants.length === 0) return
    const weight = conv.weight.read?.()
    if (!weight) return
    const rowLength = conv.columnGroups.length * conv.kernelArea
    conv.rowGroups.forEach((group, row) => {
      if (removed[group] === 1) return
      let sum = 0
      for (const [column, constant] of constants) {
        const start = row * rowLength + column * conv.kernelArea
        let kernel = 0
        for (let k = start; k < start + conv.kernelArea; k++) kernel += weight[k] ?? 0
        sum += kernel * constant
      }
      const sink = conv.sinks[row]
      if (sink === 'bias') shiftsOf(shifts.biases, index, conv.rowGroups.length)[row] = sum
      else if (sink) {
        const channels = graph.norms[sink.norm]?.channels ?? 0
        shiftsOf(shifts.means, sink.norm, channels)[sink.channel] = sum
      }
    })
  })
  return shifts
}

function shiftsOf(map: Map<number, Float64Array>, key: number, length: number): Float64Array {
  const found = map.get(key) ?? new Float64Array(length)
  map.set(key, found)
  return found
}

function removedConstants(
  conv: GraphConv,
  removed: Uint8Array,
): [column: number, constant: number][] {
  if (conv.groups !== 1) return []
  const constants: [number, number][] = []
  conv.columnGroups.forEach((group, column) => {
    const constant = conv.columnConstants[column] ?? 0
    if (removed[group] === 1 && constant !== 0) constants.push([column, constant])
  })
  return constants
}

function cutConv(input: SurgeryInput, conv: GraphConv, biasShift: Float64Array | undefined): void {
  const rows = keptIndices(conv.rowGroups, input.removed)
  const columns = keptIndices(conv.columnGroups, input.removed)
  const whole = rows.length === conv.rowGroups.length && columns.length === conv.columnGroups.length
  if (whole && !biasShift) return
  const module = moduleAt(input, conv.name)
  const bias = module.tensor('bias')
  if (bias) {
    cutTensor(input, bias, rows, undefined)
    if (biasShift) shiftTensor(input, bias, rows, biasShift, 1)
  }
  if (whole) return
  const weight = module.tensor('weight')
  if (weight) cutTensor(input, weight, rows, conv.groups === 1 ? columns : undefined)
  module.setAttribute('out_channels', rows.length)
  module.setAttribute('in_channels', columns.length)
  // Only depthwise convolutions among the grouped ones ever shrink: one group for each input channel.
  if (conv.groups > 1) module.setAttribute('groups', columns.length)
}

function moduleAt({ modules }: SurgeryInput, name: string): EditableModule {
  const module = modules.get(name)
  if (!module) throw new RangeError(`no module ${name}`)
  return module
}

export function keptIndices(groups: Int32Array, removed: Uint8Array): number[] {
  const kept: number[] = []
  groups.forEach((group, index) => {
    if (removed[group] !== 1) kept.push(index)
  })
  return kept
}

/** Keeps `rows` of the first dimension and, where given, `columns` of the second. */
function cutTensor(
  input: SurgeryInput,
  tensor: PyTensor,
  rows: readonly number[],
  columns: readonly number[] | undefined,
): void {
  const [rowCount = 0, columnCount = 1, ...inner] = tensor.shape
  if (rows.length === rowCount && (!columns || columns.length === columnCount)) return
  const cell = inner.reduce((a, b) => a * b, 1) * dtypeBytes[tensor.dtype]
  const target = copyCells(input.readBytes(tensor), columnCount, cell, rows, columns)
  const shape =
    tensor.shape.length === 1
      ? [rows.length]
      : [rows.length, columns?.length ?? columnCount, ...inner]
  tensor.replace(tensor.dtype, shape, target)
}

/** The cells at `rows` × `columns` of a matrix of `cell` bytes each, one after the other. */
function copyCells(
  bytes: Uint8Array,
  columnCount: number,
  cell: number,
  rows: readonly number[],
  columns: readonly number[] | undefined,
): Uint8Array {
  const rowBytes = columnCount * cell
  if (!columns) {
    const target = new Uint8Array(rows.length * rowBytes)
    rows.forEach((row, r) => {
      target.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), r * rowBytes)
    })
    return target
  }
  // A cell is 2 to 36 bytes; copying it in 2-byte units is several times faster than as a view of its own.
  const Units = cell % 2 === 0 ? Uint16Array : Uint8Array
  // A copy, since a view into the file's buffer may start at an odd byte.
  const source = new Units(bytes.slice().buffer)
  const width = cell / Units.BYTES_PER_ELEMENT
  const target = new Units(rows.length * columns.length * width)
  let at = 0
  for (const row of rows) {
    const start = row * columnCount * width
    for (const column of columns) {
      const from = start + column * width
      for (let i = from; i < from + width; i++) target[at++] = source[i] ?? 0
    }
  }
  return new Uint8Array(target.buffer)
}

/**
 * Adds `sign` × shift (indexed as before the cut) to a vector. Half-precision vectors become float32: their
 * rounding would move outputs by up to 1e-3, and every stock loader casts the model to float32 anyway.
 */
function shiftTensor(
  input: SurgeryInput,
  tensor: PyTensor,
  kept: readonly number[],
  shift: Float64Array,
  sign: 1 | -1,
): void {
  const bytes = input.readBytes(tensor)
  const double = tensor.dtype === 'float64'
  const values = double
    ? new Float64Array(bytes.slice().buffer)
    : Float64Array.from(toFloat32(tensor.dtype, bytes))
  const shifted = values.map((value, i) => value + sign * (shift[kept[i] ?? -1] ?? 0))
  const typed = double ? shifted : Float32Array.from(shifted)
  tensor.replace(double ? 'float64' : 'float32', tensor.shape, new Uint8Array(typed.buffer))
}
