import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core'
import type { ConvGeometry, Ops } from '../kernels/ops'
import { type BackendStart, startBackend } from './start'

/** What a backend proved to be by computing. */
export type Probe =
  | {
      readonly ok: true
      readonly device: string
      /** It is no real GPU: used only when it is named. */
      readonly software: boolean
      /** Billion operations a second of a convolution with both gradients; 0 where it was not measured. */
      readonly gflops: number
    }
  | {
      readonly ok: false
      readonly code: `${string}/${string}`
      readonly text: string
      readonly remedy: string
    }

const geometry: ConvGeometry = { stride: 1, pad: 1, dilation: 1, groups: 1 }
const [batch, size, channels] = [4, 20, 64] as const
/** A CPU that plays a GPU takes seconds a round. */
const mostRounds = 5
const enoughMs = 1000

/**
 * Starts a backend, lets it compute convolutions whose results are known, and measures one step where asked to.
 *
 * @throws SlimError `backend/unavailable`, `backend/no-gpu`; Error where its results are wrong
 */
export async function probeBackend(
  start: BackendStart,
  measures: boolean,
): Promise<Extract<Probe, { ok: true }>> {
  const { ops, device, software } = await startBackend(start)
  await checkResult(ops)
  return { ok: true, device, software, gflops: measures ? await measure(ops) : 0 }
}

/** All ones: a 3 × 3 convolution counts the pixels under the kernel, 9 within and 4 in a corner. */
async function checkResult(ops: Ops): Promise<void> {
  const x = ones([1, 5, 5, 8])
  const kernel = ones([3, 3, 8, 4])
  // 40 input channels: what a CPU library was found to get wrong.
  const wide = ones([1, 1, 40, 8])
  const y = ops.conv(x, kernel, geometry)
  const kernelSlopes = ops.convKernelGradient(x, y, [3, 3, 8, 4], geometry)
  const slopes = ops.convInputGradient(x, wide, [1, 5, 5, 40], { ...geometry, pad: 0 })
  const tensors = [y, kernelSlopes, slopes]
  const [values, kernelGradient, gradient] = await Promise.all(tensors.map((one) => one.data()))
  for (const tensor of [x, kernel, wide, ...tensors]) tensor.dispose()
  const near = (value: number | undefined, wanted: number): boolean =>
    Math.abs((value ?? Number.NaN) - wanted) < 1e-3 * wanted
  // The middle tap of the kernel gradient sums all of y: 9 · 72 within, 12 · 48 at the sides, 4 · 32 in the corners.
  if (
    near(values?.[0], 32) &&
    near(values?.[(2 * 5 + 2) * 4], 72) &&
    near(kernelGradient?.[4 * 8 * 4], 1352) &&
    gradient?.every((value) => near(value, 8))
  ) {
    return
  }
  throw new Error('the backend computes wrong results')
}

function ones(shape: [number, number, number, number]): Tensor4D {
  return tensor4d(new Float32Array(shape.reduce((a, b) => a * b)).fill(1), shape)
}

async function measure(ops: Ops): Promise<number> {
  const image = new Float32Array(batch * size * size * channels).fill(0.5)
  const x = tensor4d(image, [batch, size, size, channels])
  const kernel = tensor4d(new Float32Array(9 * channels * channels).fill(0.1), [
    ...[3, 3, channels, channels],
  ] as [number, number, number, number])
  const step = async (): Promise<void> => {
    const y = ops.conv(x, kernel, geometry)
    const dk = ops.convKernelGradient(x, y, kernel.shape, geometry)
    const dx = ops.convInputGradient(y, kernel, x.shape, geometry)
    // Downloads, since a GPU answers before it has computed.
    await Promise.all([dk.data(), dx.data()])
    for (const tensor of [y, dk, dx] as readonly Tensor4D[]) tensor.dispose()
  }
  await step()
  const began = performance.now()
  let rounds = 0
  while (rounds === 0 || (rounds < mostRounds && performance.now() - began < enoughMs)) {
    await step()
    rounds++
  }
  const seconds = (performance.now() - began) / 1000
  for (const tensor of [x, kernel]) tensor.dispose()
  const multiplyAdds = batch * size * size * channels * channels * 9 * 3
  return (2 * multiplyAdds * rounds) / seconds / 1e9
}
