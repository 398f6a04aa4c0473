import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core'
import type {
  Batch,
  HeadShape,
  Learner,
  LevelOutput,
  LossOptions,
  ParameterLayout,
  StepResult,
} from '../contract'
import type { Ops } from '../kernels/ops'
import { detectionLoss } from '../loss/loss'
import type { LayerGraph } from '../model/graph'
import { parameterLayout } from '../model/layout'
import { Network } from '../model/network'

export type LocalOptions = {
  readonly graph: LayerGraph
  readonly head: HeadShape
  readonly loss: LossOptions
  readonly ops: Ops
  readonly device: string
  readonly memory: () => number
}

/** A network that computes in this thread, on the backend that is set. */
export class LocalLearner implements Learner {
  readonly layout: ParameterLayout
  readonly head: HeadShape
  readonly device: string
  readonly memory: () => number
  readonly #network: Network
  readonly #loss: LossOptions

  constructor(options: LocalOptions) {
    this.layout = parameterLayout(options.graph)
    this.head = options.head
    this.device = options.device
    this.memory = options.memory
    this.#loss = options.loss
    this.#network = new Network(options.graph, this.layout, options.ops)
  }

  async load(parameters: Float32Array, statistics: Float32Array): Promise<void> {
    this.#network.load(parameters, statistics)
  }

  async step(batch: Batch): Promise<StepResult> {
    const images = imageTensor(batch)
    const forward = this.#network.forward(images)
    images.dispose()
    const outputs = await download(forward.outputs)
    const { losses, gradients } = detectionLoss(this.head, outputs, batch.targets, this.#loss)
    const slopes = gradients.map((data, level) => {
      const { batch: count, height, width } = outputs[level] as LevelOutput
      return tensor4d(data, [count, height, width, data.length / (count * height * width)])
    })
    const { parameters, statistics } = await this.#network.backward(forward, slopes)
    return { gradients: parameters, statistics, losses }
  }

  async infer(batch: Batch): Promise<readonly LevelOutput[]> {
    const images = imageTensor(batch)
    const outputs = this.#network.infer(images)
    images.dispose()
    return download(outputs)
  }

  async dispose(): Promise<void> {
    this.#network.dispose()
  }
}

/** Pixels from 0..255 to 0..1: `[count, height, width, 3]`. */
function imageTensor({ images, count, height, width }: Batch): Tensor4D {
  const values = new Float32Array(images.length)
  for (let i = 0; i < values.length; i++) values[i] = (images[i] as number) / 255
  return tensor4d(values, [count, height, width, 3])
}

/** Copies tensors from the device, and disposes them. */
async function download(tensors: readonly Tensor4D[]): Promise<LevelOutput[]> {
  const outputs = await Promise.all(
    tensors.map(async (tensor) => {
      const [batch, height, width] = tensor.shape
      return { data: (await tensor.data()) as Float32Array, batch, height, width }
    }),
  )
  for (const tensor of tensors) tensor.dispose()
  return outputs
}
