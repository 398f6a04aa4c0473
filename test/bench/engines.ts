import { availableParallelism, loadavg } from 'node:os'
import { resolve } from 'node:path'
import { backendStart, isInstalled, probe } from '../../src/engines/builtin/backend/choose'
import { type BackendKind, backendKinds } from '../../src/engines/builtin/backend/packages'
import type { OpenModel } from '../../src/engines/builtin/checkpoint/open'
import { LearnerPool } from '../../src/engines/builtin/learner/pool'
import { fromStateDict } from '../../src/engines/builtin/model/layout'
import { engineFiles } from '../../src/engines/builtin/run/files'
import { newAverage, updateAverage } from '../../src/engines/builtin/training/ema'
import { defaultHyp, lossOptions } from '../../src/engines/builtin/training/hyp'
import {
  newOptimizer,
  optimizerStep,
  parameterGroups,
} from '../../src/engines/builtin/training/optimizer'
import { median } from './median'
import { model, randomBatch, release } from './subject'
import { TorchSpeed, type Work } from './torchSpeed'

const batchSize = 16
const rounds = 7

/** What takes part: PyTorch, or a backend with so many workers. */
type Contender = {
  readonly name: string
  seconds(work: Work): Promise<number>
  end(): void | Promise<void>
}

/**
 * Images a second of a training step (forward, loss, backward, optimizer, moving average) and of inference, for every
 * backend that works here and for PyTorch, with the same models, sizes and batch. In each round everyone does one
 * step, so that other work on the machine bears on all alike, and a ratio is the median of the rounds' own.
 */
export async function engineSpeeds(python: string, checkout: string): Promise<void> {
  const files = engineFiles(resolve('dist/builtin'))
  const backends: BackendKind[] = []
  for (const kind of backendKinds) {
    const found = isInstalled(kind, files)
      ? await probe(backendStart(kind, files), files)
      : undefined
    if (found?.ok && !found.software) backends.push(kind)
    else console.log(`${kind}: ${found?.ok === false ? found.text : 'not here, so not measured'}`)
  }
  const cores = availableParallelism()
  console.log(
    `images a second, batch ${batchSize}, ${cores} cores, load ${loadavg()[0]?.toFixed(1)}; × PyTorch`,
  )
  for (const size of ['n', 's']) {
    for (const pixels of [160, 320]) {
      const open = model(checkout, size)
      const contenders: Contender[] = [torch({ python, checkout, size, pixels, batchSize })]
      for (const kind of backends) {
        const counts = kind === 'wasm' ? new Set([1, cores]) : [1]
        for (const workers of counts) contenders.push(await builtin(open, kind, workers, pixels))
      }
      const train = await race(contenders, 'train')
      const infer = await race(contenders, 'infer')
      contenders.forEach(({ name }, i) => {
        console.log(
          `YOLOv5${size} ${pixels}px  ${name.padEnd(18)} train ${train[i]}   infer ${infer[i]}`,
        )
      })
      for (const contender of contenders) await contender.end()
    }
  }
}

/** Images a second of each, and its ratio to the first's. */
async function race(contenders: readonly Contender[], work: Work): Promise<string[]> {
  const times: number[][] = contenders.map(() => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      const seconds = await contender.seconds(work)
      // The first round warms up.
      if (round > 0) times[i]?.push(seconds)
    }
  }
  const [first = []] = times
  return times.map((own) => {
    const ratio = median(own.map((seconds, round) => (first[round] ?? Number.NaN) / seconds))
    const speed = batchSize / median(own)
    return `${speed.toFixed(1).padStart(8)} ${`${ratio.toFixed(2)} ×`.padStart(8)}`
  })
}

function torch(model: ConstructorParameters<typeof TorchSpeed>[0]): Contender {
  const speed = new TorchSpeed(model)
  return {
    name: 'pytorch',
    seconds: (work) => speed.seconds(work),
    end: () => speed.end(),
  }
}

async function builtin(
  open: OpenModel,
  kind: BackendKind,
  workers: number,
  pixels: number,
): Promise<Contender> {
  const files = engineFiles(resolve('dist/builtin'))
  const pool = await LearnerPool.start({
    ...{ graph: open.graph, layout: open.layout, head: open.head },
    loss: lossOptions(defaultHyp(release), open.head, pixels, 0),
    backend: backendStart(kind, files),
    workerFile: files.learnerWorker,
    workers,
  })
  const { parameters, statistics } = fromStateDict(open.layout, open.tensors)
  const batch = randomBatch(pixels, batchSize)
  const state = newOptimizer('SGD', parameters.length)
  const groups = parameterGroups(open.layout, {
    ...{ release, optimizer: 'SGD', weightDecay: 5e-4, frozen: () => false },
  })
  const average = newAverage(parameters, statistics)
  const rates = { lr: 1e-4, biasLr: 1e-4, momentum: 0.9, accumulate: 1 }
  await pool.load(parameters, statistics)
  const works: Readonly<Record<Work, () => Promise<void>>> = {
    train: async () => {
      const { gradients } = await pool.step(batch)
      optimizerStep(state, parameters, gradients, groups, rates)
      updateAverage(average, parameters, statistics)
      await pool.load(parameters, statistics)
    },
    infer: async () => {
      await pool.infer(batch)
    },
  }
  return {
    name: workers === 1 ? pool.device : `${kind} × ${workers}`,
    seconds: async (work) => {
      const start = performance.now()
      await works[work]()
      return (performance.now() - start) / 1000
    },
    end: () => pool.dispose(),
  }
}
