import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import { type Dtype, dtypeBytes, type PyTensor } from './values'

/** Number of elements of a shape; 1 for a scalar. */
export function numelOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Row-major strides in elements, as torch gives contiguous tensors. */
export function contiguousStride(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    stride[i] = step
    step *= Math.max(1, shape[i] ?? 1)
  }
  return stride
}

/** True when the view's elements lie one after another in row-major order. */
export function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  const wanted = contiguousStride(shape)
  return numelOf(shape) === 0 || shape.every((size, i) => size === 1 || stride[i] === wanted[i])
}

/**
 * The elements of a strided view, gathered into row-major order. `bytes` holds the storage from element
 * `tensor.offset` on.
 */
export function gather(tensor: PyTensor, bytes: Uint8Array): Uint8Array {
  const width = dtypeBytes[tensor.dtype]
  const { shape, stride } = tensor
  const numel = numelOf(shape)
  if (isContiguous(shape, stride)) return bytes.slice(0, numel * width)
  const out = new Uint8Array(numel * width)
  const index = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let to = 0; to < numel; to++) {
    for (let b = 0; b < width; b++) out[to * width + b] = bytes[from * width + b] ?? 0
    for (let d = shape.length - 1; d >= 0; d--) {
      const next = (index[d] ?? 0) + 1
      const step = stride[d] ?? 0
      if (next < (shape[d] ?? 0)) {
        index[d] = next
        from += step
        break
      }
      index[d] = 0
      from -= step * ((shape[d] ?? 1) - 1)
    }
  }
  return out
}

/** Contiguous little-endian elements of any dtype as float32; 64-bit values are rounded. */
export function toFloat32(dtype: Dtype, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const width = dtypeBytes[dtype]
  const out = new Float32Array(bytes.length / width)
  const read = readers[dtype]
  for (let i = 0; i < out.length; i++) out[i] = read(view, i * width)
  return out
}

/** Little-endian elements from float32 values; rounded to the nearest half, ties to even. */
export function fromFloat32(dtype: 'float16' | 'float32', values: Float32Array): Uint8Array {
  if (dtype === 'float32') {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()
  }
  const out = new Uint8Array(values.length * 2)
  const view = new DataView(out.buffer)
  values.forEach((value, i) => {
    view.setUint16(i * 2, halfBits(value), true)
  })
  return out
}

/** IEEE 754 binary32 to binary16: beyond 65504 becomes infinite. */
function halfBits(value: number): number {
  float[0] = value
  const bits = word[0] as number
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 255) - 112
  const mantissa = bits & 0x7fffff
  if (exponent >= 143) return sign | 0x7c00 | (mantissa ? 0x200 : 0)
  if (exponent < -10) return sign
  const subnormal = exponent <= 0
  const whole = subnormal ? mantissa | 0x800000 : mantissa | (exponent << 23)
  const shift = subnormal ? 14 - exponent : 13
  const rest = whole & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  const down = whole >>> shift
  const up = rest > half || (rest === half && (down & 1) === 1) ? 1 : 0
  // A carry out of the mantissa is one more in the exponent, up to infinity.
  return sign | Math.min(down + up, 0x7c00)
}

const word = new Uint32Array(1)
const float = new Float32Array(word.buffer)

/** IEEE 754 binary16 by moving its bits into a binary32; exact. */
function half(bits: number): number {
  const sign = (bits & 0x8000) << 16
  const exponent = (bits >> 10) & 31
  const mantissa = bits & 1023
  if (exponent === 0) return (sign ? -1 : 1) * mantissa * 2 ** -24
  word[0] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (mantissa << 13)
  return float[0] ?? 0
}

const readers: Readonly<Record<Dtype, (view: DataView, at: number) => number>> = {
  float16: (view, at) => half(view.getUint16(at, true)),
  bfloat16: (view, at) => {
    word[0] = view.getUint16(at, true) << 16
    return float[0] ?? 0
  },
  float32: (view, at) => view.getFloat32(at, true),
  float64: (view, at) => view.getFloat64(at, true),
  uint8: (view, at) => view.getUint8(at),
  int8: (view, at) => view.getInt8(at),
  int16: (view, at) => view.getInt16(at, true),
  int32: (view, at) => view.getInt32(at, true),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  bool: (view, at) => (view.getUint8(at) ? 1 : 0),
}

export function notNumeric(name: string, className: string): SlimError {
  return new SlimError(
    'checkpoint/unsupported-dtype',
    l10n.t('{0} holds a tensor of type {1}, which can not be read as numbers.', name, className),
    l10n.t('Convert the model with model.float() or model.half() and save it again.'),
  )
}
