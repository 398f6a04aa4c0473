import type { ConvGeometry, PoolGeometry, Shape4D } from './ops'

/** Pixels along one side of a convolution's or pooling's output. */
export function outputSize(
  input: number,
  kernel: number,
  { stride, pad, dilation = 1 }: (ConvGeometry | PoolGeometry) & { readonly dilation?: number },
): number {
  return Math.floor((input + 2 * pad - dilation * (kernel - 1) - 1) / stride) + 1
}

/** One of the `stride` sets of input pixels that meet the same taps of a kernel, along one side. */
export type Phase = {
  /** First pixel of the set; the others follow at `stride`. */
  readonly phase: number
  /** Pixels in the set. */
  readonly count: number
  /** Taps that meet them; tap i is `first − i · step`. */
  readonly taps: number
  readonly first: number
  readonly step: number
  /** Zeros to put before and after the slopes. */
  readonly before: number
  readonly after: number
  /** Pixels of the convolved slopes that lie before the set's first. */
  readonly skip: number
}

/**
 * The input gradient of a strided convolution, along one side, as convolutions with stride 1: input pixel
 * i = stride · j + phase meets the taps k with (i + pad − k) divisible by the stride, at slope j + (phase + pad − k) / stride.
 * Without dilation.
 */
export function phasesOf(
  input: number,
  output: number,
  kernel: number,
  stride: number,
  pad: number,
): Phase[] {
  const phases: Phase[] = []
  for (let phase = 0; phase < Math.min(stride, input); phase++) {
    // The largest tap that meets this phase comes first, since its slope lies furthest to the left.
    let first = kernel - 1
    while (first >= 0 && (phase + pad - first) % stride !== 0) first--
    const taps = first < 0 ? 0 : Math.floor(first / stride) + 1
    const count = Math.ceil((input - phase) / stride)
    const leftmost = (phase + pad - first) / stride
    const before = Math.max(0, -leftmost)
    const skip = Math.max(0, leftmost)
    phases.push({
      phase,
      count,
      taps,
      first,
      step: stride,
      before,
      skip,
      after: Math.max(0, skip + count + taps - 1 - output - before),
    })
  }
  return phases
}

export function pixels([batch, height, width]: Shape4D): number {
  return batch * height * width
}
