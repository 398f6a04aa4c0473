import {
  concat,
  conv2d,
  pad,
  reshape,
  reverse,
  slice,
  stridedSlice,
  type Tensor4D,
  tidy,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core'
import type { ConvGeometry, Shape4D } from './ops'

/** Rows (or columns) of the slopes that one residue of the input's rows takes, and the taps it takes them with. */
type Residue = {
  /** First tap; the others follow at the distance of the stride. */
  readonly tap: number
  readonly taps: number
  /** First row of the slopes; negative ones are zero. */
  readonly from: number
}

/**
 * The input gradient of a convolution made of forward convolutions: `dx[s·q + a] = Σ_t dy[q + d − t] · K[r + s·t]`
 * with `a + pad = s·d + r`, so each of the s² residues of the input's pixels is a convolution of stride 1 with every
 * s-th tap, transposed and flipped. As many operations as the gradient itself has.
 *
 * For native TensorFlow, whose own `Conv2DBackpropInput` is wrong on some CPUs with AVX-512: oneDNN in TensorFlow 2.21
 * is off by half of the largest value where the input has 40, 48 or 80 channels, among others.
 *
 * @param dy `[batch, height, width, outputs]`
 * @param kernel `[height, width, inputs, outputs]`; groups and dilation must be 1
 * @returns `shape`
 */
export function inputGradientByConvolution(
  dy: Tensor4D,
  kernel: Tensor4D,
  [batch, height, width, channels]: Shape4D,
  { stride, pad: border }: Pick<ConvGeometry, 'stride' | 'pad'>,
): Tensor4D {
  const [kernelHeight, kernelWidth] = kernel.shape
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)]
  return tidy(() => {
    const transposed: Tensor4D = transpose(kernel, [0, 1, 3, 2])
    const parts = residues(stride, border, kernelHeight).flatMap((y) =>
      residues(stride, border, kernelWidth).map((x) => {
        if (y.taps === 0 || x.taps === 0) return zeros([batch, rows, columns, channels]) as Tensor4D
        const end = [...transposed.shape]
        const taps = stridedSlice(transposed, [y.tap, x.tap, 0, 0], end, [stride, stride, 1, 1])
        const window = windowOf(
          windowOf(dy, 1, y.from, rows + y.taps - 1),
          2,
          x.from,
          columns + x.taps - 1,
        )
        return conv2d(window, reverse(taps as Tensor4D, [0, 1]), 1, 'valid')
      }),
    )
    if (stride === 1) return parts[0] as Tensor4D
    const apart = reshape(concat(parts, 3), [batch, rows, columns, stride, stride, channels])
    const woven = transpose(apart, [0, 1, 3, 2, 4, 5])
    const whole: Tensor4D = reshape(woven, [batch, rows * stride, columns * stride, channels])
    return slice(whole, [0, 0, 0, 0], [batch, height, width, channels])
  })
}

function residues(stride: number, border: number, size: number): Residue[] {
  return Array.from({ length: stride }, (_, a) => {
    const tap = (a + border) % stride
    const taps = Math.max(0, Math.ceil((size - tap) / stride))
    return { tap, taps, from: Math.floor((a + border) / stride) - (taps - 1) }
  })
}

/** `length` rows of an axis from `from` on; those outside are zero. */
function windowOf(x: Tensor4D, axis: 1 | 2, from: number, length: number): Tensor4D {
  const size = x.shape[axis]
  const [first, last] = [Math.max(0, from), Math.min(size, from + length)]
  const begin: [number, number, number, number] = [0, 0, 0, 0]
  const extent: [number, number, number, number] = [-1, -1, -1, -1]
  begin[axis] = first
  extent[axis] = last - first
  const inside = last - first === size ? x : slice(x, begin, extent)
  const sides: [number, number][] = [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
  ]
  sides[axis] = [first - from, from + length - last]
  return first === from && last === from + length ? inside : pad(inside, sides)
}
