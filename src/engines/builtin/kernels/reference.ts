import type { Activation, ConvGeometry, PoolGeometry, Shape4D } from './ops'

/** Plain definitions in double precision, to compare the backends' operations with. Tests only. */
export type Values = { readonly shape: Shape4D; readonly data: Float64Array }

export function values(shape: Shape4D): Values {
  return { shape, data: new Float64Array(shape[0] * shape[1] * shape[2] * shape[3]) }
}

export function at({ shape, data }: Values, n: number, y: number, x: number, c: number): number {
  if (y < 0 || x < 0 || y >= shape[1] || x >= shape[2]) return 0
  return data[((n * shape[1] + y) * shape[2] + x) * shape[3] + c] ?? Number.NaN
}

/** Visits every product of a convolution: indices into x, the kernel and the output. */
function eachProduct(
  x: Shape4D,
  kernel: Shape4D,
  output: Shape4D,
  { stride, pad, dilation, groups }: ConvGeometry,
  visit: (x: number, kernel: number, output: number) => void,
): void {
  const [kernelHeight, kernelWidth, perGroup, outputs] = kernel
  for (let n = 0; n < output[0]; n++) {
    for (let oy = 0; oy < output[1]; oy++) {
      for (let ox = 0; ox < output[2]; ox++) {
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const iy = oy * stride + ky * dilation - pad
            const ix = ox * stride + kx * dilation - pad
            if (iy < 0 || ix < 0 || iy >= x[1] || ix >= x[2]) continue
            for (let co = 0; co < outputs; co++) {
              const first = Math.floor(co / (outputs / groups)) * perGroup
              for (let ci = 0; ci < perGroup; ci++) {
                visit(
                  ((n * x[1] + iy) * x[2] + ix) * x[3] + first + ci,
                  ((ky * kernelWidth + kx) * perGroup + ci) * outputs + co,
                  ((n * output[1] + oy) * output[2] + ox) * outputs + co,
                )
              }
            }
          }
        }
      }
    }
  }
}

export function conv(x: Values, kernel: Values, shape: Shape4D, geometry: ConvGeometry): Values {
  const y = values(shape)
  eachProduct(x.shape, kernel.shape, shape, geometry, (i, k, o) => {
    y.data[o] = (y.data[o] ?? 0) + (x.data[i] ?? 0) * (kernel.data[k] ?? 0)
  })
  return y
}

export function convGradients(
  x: Values,
  kernel: Values,
  dy: Values,
  geometry: ConvGeometry,
): { readonly dx: Values; readonly dk: Values } {
  const dx = values(x.shape)
  const dk = values(kernel.shape)
  eachProduct(x.shape, kernel.shape, dy.shape, geometry, (i, k, o) => {
    dx.data[i] = (dx.data[i] ?? 0) + (dy.data[o] ?? 0) * (kernel.data[k] ?? 0)
    dk.data[k] = (dk.data[k] ?? 0) + (dy.data[o] ?? 0) * (x.data[i] ?? 0)
  })
  return { dx, dk }
}

export function activate(activation: Activation, z: number): number {
  switch (activation.kind) {
    case 'silu':
      return z / (1 + Math.exp(-z))
    case 'relu':
      return Math.max(z, 0)
    case 'leakyRelu':
      return z > 0 ? z : z * activation.slope
    case 'hardswish':
      return (z * Math.min(Math.max(z + 3, 0), 6)) / 6
    case 'identity':
      return z
  }
}

/** BatchNorm with the batch's statistics, then the activation. */
export function normActivate(
  x: Values,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  epsilon: number,
  activation: Activation,
): { readonly y: Values; readonly mean: number[]; readonly variance: number[] } {
  const channels = x.shape[3]
  const rows = x.data.length / channels
  const mean = new Array<number>(channels).fill(0)
  const variance = new Array<number>(channels).fill(0)
  x.data.forEach((value, i) => {
    mean[i % channels] = (mean[i % channels] ?? 0) + value / rows
  })
  x.data.forEach((value, i) => {
    const c = i % channels
    variance[c] = (variance[c] ?? 0) + (value - (mean[c] ?? 0)) ** 2 / rows
  })
  const y = values(x.shape)
  x.data.forEach((value, i) => {
    const c = i % channels
    const normal = (value - (mean[c] ?? 0)) / Math.sqrt((variance[c] ?? 0) + epsilon)
    y.data[i] = activate(activation, normal * (gamma[c] ?? 0) + (beta[c] ?? 0))
  })
  return { y, mean, variance }
}

export function maxPool(x: Values, shape: Shape4D, pool: PoolGeometry, dy?: Values): Values {
  const result = values(dy ? x.shape : shape)
  const [batch, height, width, channels] = shape
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < height; oy++) {
      for (let ox = 0; ox < width; ox++) {
        for (let c = 0; c < channels; c++) {
          let best = Number.NEGATIVE_INFINITY
          let place = -1
          for (let ky = 0; ky < pool.size; ky++) {
            for (let kx = 0; kx < pool.size; kx++) {
              const iy = oy * pool.stride + ky - pool.pad
              const ix = ox * pool.stride + kx - pool.pad
              if (iy < 0 || ix < 0 || iy >= x.shape[1] || ix >= x.shape[2]) continue
              const value = at(x, n, iy, ix, c)
              if (value > best) {
                best = value
                place = ((n * x.shape[1] + iy) * x.shape[2] + ix) * channels + c
              }
            }
          }
          const o = ((n * height + oy) * width + ox) * channels + c
          if (dy) result.data[place] = (result.data[place] ?? 0) + (dy.data[o] ?? 0)
          else result.data[o] = best
        }
      }
    }
  }
  return result
}
