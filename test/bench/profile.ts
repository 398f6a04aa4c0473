import { resolve } from 'node:path'
import { backendStart } from '../../src/engines/builtin/backend/choose'
import { startBackend } from '../../src/engines/builtin/backend/start'
import type { Ops } from '../../src/engines/builtin/kernels/ops'
import { LocalLearner } from '../../src/engines/builtin/learner/local'
import { fromStateDict } from '../../src/engines/builtin/model/layout'
import { engineFiles } from '../../src/engines/builtin/run/files'
import { newAverage, updateAverage } from '../../src/engines/builtin/training/ema'
import { defaultHyp, lossOptions } from '../../src/engines/builtin/training/hyp'
import {
  newOptimizer,
  optimizerStep,
  parameterGroups,
} from '../../src/engines/builtin/training/optimizer'
import { model, randomBatch, release } from './subject'

/** What each of two workers has of a batch of 16. */
const batchSize = 8
const rounds = 5

/** Milliseconds by what they were spent on. */
type Spent = Map<string, number>

/** Where the time of a training step and of inference goes, on one thread of wasm. */
export async function profileSteps(checkout: string): Promise<void> {
  const files = engineFiles(resolve('dist/builtin'))
  const { ops, device, memory } = await startBackend(backendStart('wasm', files))
  for (const [size, pixels] of [
    ['n', 160],
    ['s', 320],
  ] as const) {
    const spent: Spent = new Map()
    const open = model(checkout, size)
    const learner = new LocalLearner({
      ...{ graph: open.graph, head: open.head, ops: timed(ops, spent), device, memory },
      loss: lossOptions(defaultHyp(release), open.head, pixels, 0),
    })
    const { parameters, statistics } = fromStateDict(open.layout, open.tensors)
    const batch = randomBatch(pixels, batchSize)
    const state = newOptimizer('SGD', parameters.length)
    const groups = parameterGroups(open.layout, {
      ...{ release, optimizer: 'SGD', weightDecay: 5e-4, frozen: () => false },
    })
    const average = newAverage(parameters, statistics)
    const rates = { lr: 1e-4, biasLr: 1e-4, momentum: 0.9, accumulate: 1 }
    await learner.load(parameters, statistics)
    const train = async (): Promise<void> => {
      const { gradients } = await learner.step(batch)
      const start = performance.now()
      optimizerStep(state, parameters, gradients, groups, rates)
      updateAverage(average, parameters, statistics)
      add(spent, 'optimizer and moving average', performance.now() - start)
      await learner.load(parameters, statistics)
    }
    const title = `YOLOv5${size} ${pixels}px, batch ${batchSize}, one thread of wasm`
    print(`${title}: training step`, await measure(train, spent), spent)
    print(`${title}: inference`, await measure(() => learner.infer(batch), spent), spent)
    await learner.dispose()
  }
}

/** Milliseconds of all rounds but the first. */
async function measure(work: () => Promise<unknown>, spent: Spent): Promise<number> {
  await work()
  spent.clear()
  const start = performance.now()
  for (let round = 0; round < rounds; round++) await work()
  return performance.now() - start
}

/** The same operations, which wasm does before they return, with a clock around each. */
function timed(ops: Ops, spent: Spent): Ops {
  return new Proxy(ops, {
    get: (target, name: keyof Ops) => {
      const work = target[name] as (...args: readonly unknown[]) => unknown
      return (...args: readonly unknown[]) => {
        const start = performance.now()
        const result = work(...args)
        add(spent, name, performance.now() - start)
        return result
      }
    },
  })
}

function add(spent: Spent, name: string, milliseconds: number): void {
  spent.set(name, (spent.get(name) ?? 0) + milliseconds)
}

function print(title: string, total: number, spent: Spent): void {
  console.log(`${title}: ${(total / rounds).toFixed(0)} ms`)
  const known = [...spent.values()].reduce((sum, one) => sum + one, 0)
  const rows = [...spent, ['loss, copies of weights, images and outputs', total - known] as const]
  for (const [name, milliseconds] of rows.sort((a, b) => b[1] - a[1])) {
    console.log(`  ${((milliseconds / total) * 100).toFixed(1).padStart(5)} %  ${name}`)
  }
}
