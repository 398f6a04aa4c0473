import { describe, expect, it } from 'vitest'
import { backendStart, isInstalled } from '../backend/choose'
import { startBackend } from '../backend/start'
import { detectionLoss } from '../loss/loss'
import {
  difference,
  type GoldenLoss,
  goldenImages,
  goldenLossOptions,
  loadGolden,
  type Sampled,
  slopeTensors,
} from '../model/golden'
import { toStateDict } from '../model/layout'
import { describeOps } from './opsSuite'

const files = { learnerWorker: '', dataWorker: '', probe: '', kernels: '', wasmFolder: '' }

// Backends that a contributor installed (`yolov5-slim backend install …`); WebGPU on a software adapter too.
describe.each(['native', 'webgpu'] as const)('%s, where it is installed', (kind) => {
  if (!isInstalled(kind)) {
    it.skip(`needs: backend install ${kind}`, () => undefined)
    return
  }
  const started = startBackend(backendStart(kind, files))
  // tfjs's WebGPU kernel gives the slope to the last of equal cells; among real activations there are none.
  describeOps(async () => (await started).ops, { ties: kind !== 'webgpu' })

  it.each(['v6.2', 'v5.0', 'pruned'])(
    'computes %s as YOLOv5 does, and its gradients',
    async (name) => {
      const { golden, network, head, layout } = loadGolden(name, (await started).ops)
      const image = goldenImages(golden.size)
      const pass = network.forward(image)
      const outputs = await Promise.all(
        pass.outputs.map(async (output) => {
          const [batch, height, width] = output.shape
          return { data: (await output.data()) as Float32Array, batch, height, width }
        }),
      )
      outputs.forEach(({ data }, level) => {
        expect(difference(data, golden.raw[level] as Sampled)).toBeLessThan(1e-4)
      })
      const { hyp } = golden.losses.plain as GoldenLoss
      const targets = Float32Array.from(golden.targets.flat())
      const { gradients } = detectionLoss(head, outputs, targets, goldenLossOptions(hyp))
      const result = await network.backward(pass, slopeTensors(gradients, golden))
      const computed = toStateDict(layout, result.parameters, result.statistics)
      const largest = Math.max(...Object.values(golden.gradients).map(({ max }) => max))
      for (const [parameter, wanted] of Object.entries(golden.gradients)) {
        const { data } = computed.get(parameter) ?? { data: [] }
        const least = wanted.max < 1e-9 * largest ? 1e-4 * largest : 1e-6 * largest
        expect(difference(data, wanted, least), parameter).toBeLessThan(2e-3)
      }
      for (const tensor of [image, ...pass.outputs]) tensor.dispose()
      network.dispose()
    },
  )
})
