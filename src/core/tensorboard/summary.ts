import { readDouble, readDoubles, readFloat, WireWriter, wireFields } from './wire'

/**
 * Events of TensorBoard's files (tensorflow/core/util/event.proto and framework/summary.proto), as far as scalars and
 * histograms go: those that PyTorch's SummaryWriter and TensorFlow's writers of both generations make.
 */
export type SummaryEvent = {
  /** Seconds since the epoch. */
  readonly wallTime: number
  readonly step: number
  readonly scalars: readonly { readonly tag: string; readonly value: number }[]
  readonly histograms: readonly { readonly tag: string; readonly histogram: Histogram }[]
}

/** Counts between limits: bucket i holds what lies in (limits[i − 1], limits[i]]; the first begins at `min`. */
export type Histogram = {
  readonly min: number
  readonly max: number
  readonly limits: readonly number[]
  readonly counts: readonly number[]
}

const decoder = new TextDecoder()

export function decodeSummaryEvent(record: Uint8Array): SummaryEvent {
  let wallTime = 0
  let step = 0
  const scalars: { tag: string; value: number }[] = []
  const histograms: { tag: string; histogram: Histogram }[] = []
  for (const field of wireFields(record)) {
    if (field.kind === 'varint') {
      if (field.number === 2) step = field.value
    } else if (field.number === 1 && field.value.length === 8) wallTime = readDouble(field.value)
    else if (field.number === 5) {
      for (const value of wireFields(field.value)) {
        if (value.number !== 1 || value.kind !== 'bytes') continue
        const { tag, scalar, histogram } = decodeValue(value.value)
        if (scalar !== undefined) scalars.push({ tag, value: scalar })
        if (histogram) histograms.push({ tag, histogram })
      }
    }
  }
  return { wallTime, step, scalars, histograms }
}

type Value = {
  readonly tag: string
  readonly scalar?: number | undefined
  readonly histogram?: Histogram | undefined
}

function decodeValue(message: Uint8Array): Value {
  let tag = ''
  let scalar: number | undefined
  let histogram: Histogram | undefined
  for (const { number, kind, value } of wireFields(message)) {
    if (kind !== 'bytes') continue
    if (number === 1) tag = decoder.decode(value)
    else if (number === 2 && value.length === 4) scalar = readFloat(value)
    else if (number === 5) histogram = decodeHistogram(value)
    else if (number === 8) {
      const { shape, numbers } = decodeTensor(value)
      if (shape.length === 0 && numbers.length === 1) scalar = numbers[0]
      else if (shape.length === 2 && shape[1] === 3) histogram = histogramOfRows(numbers)
    }
  }
  return { tag, scalar, histogram }
}

function decodeHistogram(message: Uint8Array): Histogram {
  let [min, max] = [0, 0]
  const limits: number[] = []
  const counts: number[] = []
  for (const { number, kind, value } of wireFields(message)) {
    if (kind !== 'bytes') continue
    if (number === 1) min = readDouble(value)
    else if (number === 2) max = readDouble(value)
    else if (number === 6) limits.push(...readDoubles(value))
    else if (number === 7) counts.push(...readDoubles(value))
  }
  return { min, max, limits, counts }
}

/** TensorFlow 2's histogram: rows of left edge, right edge, count. */
function histogramOfRows(numbers: readonly number[]): Histogram {
  const rows = Array.from({ length: Math.floor(numbers.length / 3) }, (_, i) => 3 * i)
  const limits = rows.map((row) => numbers[row + 1] ?? 0)
  return {
    min: numbers[0] ?? 0,
    max: limits.at(-1) ?? 0,
    limits,
    counts: rows.map((row) => numbers[row + 2] ?? 0),
  }
}

/** DT_FLOAT and DT_DOUBLE of framework/types.proto. */
const [floatType, doubleType] = [1, 2]

function decodeTensor(message: Uint8Array): { shape: number[]; numbers: number[] } {
  let type = floatType
  const shape: number[] = []
  const numbers: number[] = []
  for (const field of wireFields(message)) {
    if (field.kind === 'varint') {
      if (field.number === 1) type = field.value
    } else if (field.number === 2) shape.push(...shapeOf(field.value))
    else if (field.number === 4) numbers.push(...elementsOf(field.value, type))
    else if (field.number === 5) numbers.push(...elementsOf(field.value, floatType))
    else if (field.number === 6) numbers.push(...readDoubles(field.value))
  }
  return { shape, numbers }
}

function shapeOf(message: Uint8Array): number[] {
  const sizes: number[] = []
  for (const { number, kind, value } of wireFields(message)) {
    if (number !== 2 || kind !== 'bytes') continue
    for (const dimension of wireFields(value)) {
      if (dimension.number === 1 && dimension.kind === 'varint') sizes.push(dimension.value)
    }
  }
  return sizes
}

function elementsOf(bytes: Uint8Array, type: number): number[] {
  if (type === doubleType) return readDoubles(bytes)
  if (type !== floatType) return []
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => readFloat(bytes, 4 * i))
}

/** The first record of every event file. */
export function encodeFileVersion(wallTime: number): Uint8Array {
  return new WireWriter().double(1, wallTime).text(3, 'brain.Event:2').finish()
}

/** One event, as PyTorch's SummaryWriter would write it. */
export function encodeSummaryEvent({
  wallTime,
  step,
  scalars,
  histograms,
}: SummaryEvent): Uint8Array {
  const summary = new WireWriter()
  for (const { tag, value } of scalars) {
    summary.bytes(1, new WireWriter().text(1, tag).float(2, value).finish())
  }
  for (const { tag, histogram } of histograms) {
    summary.bytes(1, new WireWriter().text(1, tag).bytes(5, encodeHistogram(histogram)).finish())
  }
  return new WireWriter().double(1, wallTime).varint(2, step).bytes(5, summary.finish()).finish()
}

function encodeHistogram({ min, max, limits, counts }: Histogram): Uint8Array {
  const middles = limits.map((limit, i) => ((limits[i - 1] ?? min) + limit) / 2)
  const total = (weight: (middle: number) => number): number =>
    counts.reduce((sum, count, i) => sum + count * weight(middles[i] ?? 0), 0)
  return new WireWriter()
    .double(1, min)
    .double(2, max)
    .double(
      3,
      total(() => 1),
    )
    .double(
      4,
      total((middle) => middle),
    )
    .double(
      5,
      total((middle) => middle * middle),
    )
    .doubles(6, limits)
    .doubles(7, counts)
    .finish()
}
