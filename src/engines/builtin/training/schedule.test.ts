import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BuiltinRelease } from '../contract'
import { roundHalfEven } from '../rounding'
import {
  type Loop,
  lrFactor,
  ratesAt,
  stepDue,
  trainingSchedule,
  warmupIterations,
} from './schedule'

type Golden = {
  readonly epochs: number
  readonly batches: number
  readonly batchSize: number
  readonly arguments: readonly string[]
  readonly hyp: Readonly<Record<string, number>>
  readonly count: number
  readonly steps: readonly (readonly [number, number, number, number])[]
}

const folder = join(import.meta.dirname, '../../../../test/golden/training')
const goldens = readdirSync(folder)
  .filter((name) => name.startsWith('schedule-'))
  .map((name) => {
    const golden = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Golden
    return { name, release: name.slice(9, 13) as BuiltinRelease, golden }
  })

function loopOf(release: BuiltinRelease, golden: Golden): Loop {
  const { hyp, arguments: given } = golden
  const old = release === 'v5.0' || release === 'v6.0'
  const linear = old ? given.includes('--linear-lr') : !given.includes('--cos-lr')
  return {
    epochs: golden.epochs,
    startEpoch: 0,
    batches: golden.batches,
    batchSize: golden.batchSize,
    warmup: warmupIterations(release, hyp.warmup_epochs ?? 0, golden.batches),
    lr0: hyp.lr0 ?? 0,
    lrf: hyp.lrf ?? 0,
    schedule: linear ? (old ? 'linearToLast' : 'linear') : 'cosine',
    momentum: hyp.momentum ?? 0,
    warmupMomentum: hyp.warmup_momentum ?? 0,
    warmupBiasLr: hyp.warmup_bias_lr ?? 0,
    optimizer: given.includes('Adam') ? 'Adam' : 'SGD',
    stepsByModulo: release === 'v5.0',
  }
}

describe('the steps of train.py', () => {
  it('are on record for every release', () => {
    expect(new Set(goldens.map(({ release }) => release))).toEqual(
      new Set(['v5.0', 'v6.0', 'v6.1', 'v6.2', 'v7.0']),
    )
  })

  it.each(goldens)('$name: when, with which rates and momentum', ({ release, golden }) => {
    const loop = loopOf(release, golden)
    const steps: number[][] = []
    let last = -1
    for (let iteration = 0; iteration < loop.epochs * loop.batches; iteration++) {
      const rates = ratesAt(loop, Math.floor(iteration / loop.batches), iteration)
      if (!stepDue(loop, rates, iteration, last)) continue
      last = iteration
      steps.push([iteration, rates.lr, rates.biasLr, rates.momentum])
    }
    expect(steps.length).toBe(golden.count)
    for (const wanted of golden.steps) {
      const step = steps.find(([iteration]) => iteration === wanted[0])
      expect(step).toBeDefined()
      step?.forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 9)
      })
    }
  })
})

describe('trainingSchedule', () => {
  it('adds up what the steps of each epoch drive', () => {
    const loop = loopOf('v6.2', {
      epochs: 3,
      batches: 100,
      batchSize: 16,
      arguments: [],
      hyp: {
        lr0: 0.01,
        lrf: 0.1,
        momentum: 0.9,
        warmup_epochs: 1,
        warmup_momentum: 0.8,
        warmup_bias_lr: 0.1,
      },
      count: 0,
      steps: [],
    })
    const { drive, stepsPerEpoch, warmupSteps } = trainingSchedule(loop)
    expect(stepsPerEpoch).toBe(25)
    expect(warmupSteps).toBeGreaterThan(25)
    // Epoch 2 is past the warm-up: 25 steps at the factor of epoch 1.
    expect(drive?.[2]).toBeCloseTo((25 * 0.01 * lrFactor(loop, 1)) / (1 - 0.9), 6)
  })
})

describe('roundHalfEven', () => {
  it('rounds as Python does', () => {
    expect([0.5, 1.5, 2.5, 2.4, 2.6].map(roundHalfEven)).toEqual([0, 2, 2, 2, 3])
  })
})
