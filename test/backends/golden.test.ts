import { beforeAll, describe, expect, it } from 'vitest'
import { backendStart } from '../../src/engines/builtin/backend/choose'
import { type OptionalBackend, optionalBackends } from '../../src/engines/builtin/backend/packages'
import { startBackend } from '../../src/engines/builtin/backend/start'
import type { Ops } from '../../src/engines/builtin/kernels/ops'
import { describeOps } from '../../src/engines/builtin/kernels/opsSuite'
import { detectionLoss } from '../../src/engines/builtin/loss/loss'
import {
  difference,
  type GoldenLoss,
  goldenImages,
  goldenLossOptions,
  loadGolden,
  type Sampled,
  slopeTensors,
} from '../../src/engines/builtin/model/golden'
import { toStateDict } from '../../src/engines/builtin/model/layout'

const files = {
  learnerWorker: '',
  dataWorker: '',
  probe: '',
  kernels: '',
  wasmFolder: '',
  backends: '',
}

// The backends that test/run-suite.mjs found in YOLOV5_SLIM_BACKENDS; one that lies there must work.
const asked = (process.env.YOLOV5_SLIM_SUITE_BACKENDS ?? '').split(',')
const kinds = (Object.keys(optionalBackends) as OptionalBackend[]).filter((kind) =>
  asked.includes(kind),
)

describe.each(kinds)('%s', (kind) => {
  let ops: Ops
  beforeAll(async () => {
    ops = (await startBackend(backendStart(kind, files))).ops
  })
  // tfjs's WebGPU kernel gives the slope to the last of equal cells; among real activations there are none.
  describeOps(async () => ops, { ties: kind !== 'webgpu' })

  it.each(['v6.2', 'v5.0', 'pruned'])(
    'computes %s as YOLOv5 does, and its gradients',
    async (name) => {
      const { golden, network, head, layout } = loadGolden(name, ops)
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
