import type { BackendStart } from '../backend/start'
import type {
  Batch,
  HeadShape,
  Learner,
  LevelOutput,
  Losses,
  LossOptions,
  ParameterLayout,
  StepResult,
} from '../contract'
import type { LayerGraph } from '../model/graph'
import { Seat } from './seat'
import { splitBatch } from './split'

export type PoolOptions = {
  readonly graph: LayerGraph
  readonly layout: ParameterLayout
  readonly head: HeadShape
  readonly loss: LossOptions
  readonly backend: BackendStart
  /** Bundle of `learner/worker.ts`. */
  readonly workerFile: string
  readonly workers: number
}

/**
 * Data-parallel training on one machine, as PyTorch's DistributedDataParallel does it: every worker has the same
 * weights and a part of each batch, normalises with its part's own statistics, and the gradients are summed (each is
 * of its loss times its images). The first worker's running statistics become everyone's.
 */
export class LearnerPool implements Learner {
  readonly layout: ParameterLayout
  readonly head: HeadShape
  readonly #seats: readonly Seat[]
  readonly #parameters: Float32Array
  readonly #statistics: Float32Array
  #version = 0

  private constructor(options: PoolOptions, seats: readonly Seat[], shared: SharedWeights) {
    this.layout = options.layout
    this.head = options.head
    this.#seats = seats
    this.#parameters = shared.parameters
    this.#statistics = shared.statistics
  }

  static async start(options: PoolOptions): Promise<LearnerPool> {
    const { layout, graph, head, loss, backend, workerFile } = options
    const shared = {
      parameters: sharedVector(layout.size),
      statistics: sharedVector(layout.statisticsSize),
    }
    const seats = Array.from(
      { length: options.workers },
      () =>
        new Seat(workerFile, {
          graph,
          head,
          loss,
          backend,
          ...shared,
          gradients: sharedVector(layout.size),
          ownStatistics: sharedVector(layout.statisticsSize),
        }),
    )
    try {
      await Promise.all(seats.map((seat) => seat.ready))
    } catch (error) {
      await Promise.all(seats.map((seat) => seat.end()))
      throw error
    }
    return new LearnerPool(options, seats, shared)
  }

  get device(): string {
    const name = this.#seats[0]?.device ?? ''
    return this.#seats.length === 1 ? name : `${name} × ${this.#seats.length}`
  }

  async load(parameters: Float32Array, statistics: Float32Array): Promise<void> {
    this.#parameters.set(parameters)
    this.#statistics.set(statistics)
    this.#version++
  }

  async step(batch: Batch): Promise<StepResult> {
    const parts = splitBatch(batch, this.#seats.length)
    const replies = await Promise.all(
      parts.map((part, i) => this.#seat(i).step(part, this.#version)),
    )
    const gradients = this.#seat(0).gradients.slice()
    for (let i = 1; i < parts.length; i++) addTo(gradients, this.#seat(i).gradients)
    const statistics = this.#seat(0).statistics.slice()
    this.#statistics.set(statistics)
    const weights = parts.map(({ count }) => count / batch.count)
    return { gradients, statistics, losses: mean(replies, weights) }
  }

  async infer(batch: Batch): Promise<readonly LevelOutput[]> {
    const parts = splitBatch(batch, this.#seats.length)
    const outputs = await Promise.all(
      parts.map((part, i) => this.#seat(i).infer(part, this.#version)),
    )
    return joinOutputs(outputs)
  }

  memory(): number {
    return this.#seats.reduce((sum, seat) => sum + seat.memory, 0)
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#seats.map((seat) => seat.end()))
  }

  #seat(i: number): Seat {
    const seat = this.#seats[i]
    if (!seat) throw new RangeError(`no worker ${i}`)
    return seat
  }
}

type SharedWeights = { readonly parameters: Float32Array; readonly statistics: Float32Array }

function sharedVector(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT))
}

function addTo(sum: Float32Array, other: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (other[i] as number)
}

function mean(losses: readonly Losses[], weights: readonly number[]): Losses {
  const of = (key: keyof Losses): number =>
    losses.reduce((sum, one, i) => sum + one[key] * (weights[i] ?? 0), 0)
  return { box: of('box'), obj: of('obj'), cls: of('cls') }
}

/** Outputs of the parts of a batch as outputs of the whole. */
function joinOutputs(parts: readonly (readonly LevelOutput[])[]): LevelOutput[] {
  const [first] = parts
  if (!first || parts.length === 1) return [...(first ?? [])]
  return first.map(({ height, width }, level) => {
    const pieces = parts.flatMap((outputs) => outputs[level] ?? [])
    const data = new Float32Array(pieces.reduce((sum, piece) => sum + piece.data.length, 0))
    let at = 0
    for (const piece of pieces) {
      data.set(piece.data, at)
      at += piece.data.length
    }
    return { data, height, width, batch: pieces.reduce((sum, piece) => sum + piece.batch, 0) }
  })
}
