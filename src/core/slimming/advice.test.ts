import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Advice, type AdviceInput, adviseSr } from './advice'
import { adviceText } from './adviceText'
import { futureRates, type GammaShot, peakOf, quantileOf } from './shrinkPace'
import { budgetFor } from './sparsity'

/**
 * What the built-in engine logged of sparse trainings of YOLOv5n on 448 drawn shapes of 96 px, gammas of all layers
 * together. What sr should have been is known from the planner, which knew the whole schedule: 0.273 in 12 epochs.
 */
type Recorded = Pick<AdviceInput, 'epochs' | 'percent' | 'schedule' | 'past' | 'shots'> & {
  readonly name: string
  readonly auto: boolean
}
const recorded = JSON.parse(
  readFileSync('test/golden/advice/sparse-runs.json', 'utf8'),
) as readonly Recorded[]

/** Advice after each epoch of a recorded run. */
function follow(name: string): Advice[] {
  const run = recorded.find((other) => other.name === name)
  if (!run) throw new Error(name)
  return run.past.map((_, at) =>
    adviseSr({
      ...run,
      past: run.past.slice(0, at + 1),
      shots: run.shots.filter(({ epoch }) => epoch <= at),
      hold: run.auto,
    }),
  )
}

describe('recorded trainings', () => {
  it('sr auto: mAP falls while the gammas do and returns; nothing is wrong with sr', () => {
    const advice = follow('auto')
    for (const { verdict } of advice) expect(['early', 'watch', 'right']).toContain(verdict)
    // The share was reached in epoch 9; that is foreseen from the end of the warm-up on.
    for (const { reachedAt } of advice.slice(5)) {
      expect(reachedAt).toBeGreaterThanOrEqual(8)
      expect(reachedAt).toBeLessThanOrEqual(11)
    }
    expect(advice[9]).toMatchObject({ verdict: 'watch', reason: 'held' })
    expect(advice.at(-1)).toMatchObject({ verdict: 'right', reason: 'held', suggested: null })
    const peaks = advice.slice(0, 10).map(({ peak }) => peak.now)
    expect(peaks).toEqual([...peaks].sort((a, b) => b - a))
  })

  it('a ninth of what it needs: too small, once the warm-up is over', () => {
    const advice = follow('small')
    expect(advice.slice(0, 5).map(({ verdict }) => verdict)).toEqual(Array(5).fill('early'))
    for (const { verdict, reason, projected, suggested } of advice.slice(5)) {
      expect([verdict, reason]).toEqual(['too-small', 'share-short'])
      expect(projected).toBeLessThan(0.05)
      expect(suggested).toBeGreaterThan(0.15)
      expect(suggested).toBeLessThan(0.55)
    }
    expect(advice.at(-1)?.suggested).toBeCloseTo(0.3, 1)
  })

  it('half of what it needs in too short a training: a larger sr would not help', () => {
    const advice = follow('short')
    expect(advice.at(-1)).toMatchObject({ verdict: 'watch', reason: 'too-few-steps' })
    expect(advice.at(-1)?.accuracy?.fall).toBeGreaterThan(0.5)
    expect(advice.at(-1)?.suggested).toBeNull()
  })

  it('four times what it needs: too large, before the warm-up is over', () => {
    const advice = follow('large')
    for (const { verdict } of advice.slice(2)) expect(verdict).toBe('too-large')
    expect(advice.at(-1)?.suggested).toBeGreaterThan(0.2)
    expect(advice.at(-1)?.suggested).toBeLessThan(0.4)
  })
})

/** All gammas at one place, spread over a bin to each side. */
function shot(epoch: number, at: number): GammaShot {
  const histogram = new Array<number>(64).fill(0)
  const bin = Math.floor(Math.max(at, 0) * 32)
  if (at <= 0) histogram[0] = 100
  else
    for (const [offset, count] of [
      [-1, 25],
      [0, 50],
      [1, 25],
    ] as const) {
      const place = Math.max(0, bin + offset)
      histogram[place] = (histogram[place] ?? 0) + count
    }
  return { epoch, histogram, nearZero: at <= 0 ? 1 : 0 }
}

/** A training whose gammas fall as far as the model says: `pace` for a Σ lr · sr of 1. */
function training(sr: number, done: number, change: Partial<AdviceInput> = {}): AdviceInput {
  const [epochs, pace] = [100, 200]
  let pulled = 0
  const past = Array.from({ length: done }, (_, epoch) => {
    const lr = 0.01 * (1 - (0.99 * epoch) / epochs)
    return { epoch, lr, sr, mAP: 0.6, loss: 0.1 }
  })
  const shots = past.map(({ epoch, lr }) => {
    pulled += lr * sr
    return shot(epoch, 1 - pace * pulled)
  })
  return { epochs, past, shots, schedule: 'constant', percent: 0.5, hold: false, ...change }
}

/** The sr that a whole training of that kind needs: Σ lr is 0.505. */
const fitting = budgetFor([{ size: 1, gamma: 1 }], 0.5) / (200 * 0.505)

describe('trainings as the model of the shrink budget describes them', () => {
  it('says nothing after a few epochs', () => {
    expect(adviseSr(training(fitting, 4))).toMatchObject({ verdict: 'early', suggested: null })
    expect(adviseSr({ ...training(0.01, 20), shots: [] }).verdict).toBe('early')
    expect(adviseSr({ ...training(0.01, 0), shots: [] })).toMatchObject({ verdict: 'early', sr: 0 })
  })

  it('finds the sr that fits to fit', () => {
    const advice = adviseSr(training(fitting, 40))
    expect(advice).toMatchObject({ verdict: 'right', reason: 'on-course', suggested: null })
    expect(advice.projected).toBeGreaterThan(0.4)
  })

  it('projects the share of a small one, and suggests what fits', () => {
    const advice = adviseSr(training(fitting / 2, 40))
    expect(advice).toMatchObject({ verdict: 'too-small', reason: 'share-short' })
    expect(advice.projected).toBeLessThan(0.05)
    expect(advice.budget?.end).toBeCloseTo(0.53, 1)
    expect((advice.suggested ?? 0) / fitting).toBeCloseTo(1, 0)
  })

  it('finds a large one in a hurry where mAP falls, and leaves it alone where mAP keeps up', () => {
    const input = training(fitting * 4, 20)
    expect(adviseSr(input).verdict).toBe('right')
    const past = input.past.map((epoch) => ({ ...epoch, mAP: 0.6 - 0.02 * epoch.epoch }))
    const advice = adviseSr({ ...input, past })
    expect(advice).toMatchObject({ verdict: 'too-large', reason: 'too-fast' })
    expect(advice.suggested ?? 1).toBeLessThan(fitting * 1.5)
  })

  it('says at once when the loss is no number', () => {
    const input = training(fitting, 2)
    const past = input.past.map((epoch) => ({ ...epoch, loss: Number.NaN, mAP: null }))
    expect(adviseSr({ ...input, past })).toMatchObject({
      ...{ verdict: 'too-large', reason: 'not-a-number', accuracy: null },
    })
    const late = training(fitting / 2, 40)
    const broken = late.past.map((epoch) => ({ ...epoch, loss: epoch.epoch < 39 ? 1 : Number.NaN }))
    // The budget would want more, which would hardly mend it.
    expect(adviseSr({ ...late, past: broken }).suggested).toBeNull()
  })

  it('says at once when the loss has grown far above its lowest, with mAP or without', () => {
    const input = training(fitting, 40)
    const grown = (growth: number, mAP: number | null) =>
      adviseSr({
        ...input,
        past: input.past.map((one) => ({
          ...one,
          mAP: one.epoch < 38 && mAP !== null ? 0.6 : mAP,
          loss: one.epoch < 38 ? 0.1 : 0.1 * growth,
        })),
      })
    expect(grown(10, null)).toMatchObject({ verdict: 'too-large', reason: 'diverging' })
    expect(grown(10, 0.1)).toMatchObject({ verdict: 'too-large', reason: 'diverging' })
    expect(adviceText(grown(10, null), 100).text).toMatch(/10\.0 times .* Lower the learning rate/)
    expect(grown(10, 0.6).verdict).toBe('right')
    expect(grown(4, null).verdict).toBe('right')
  })

  it('takes no single epoch for a divergence', () => {
    const input = training(fitting, 40)
    const past = input.past.map((one) => ({ ...one, mAP: null, loss: one.epoch < 39 ? 0.1 : 5 }))
    expect(adviseSr({ ...input, past }).verdict).toBe('right')
  })

  it('measures mAP against what the training began with', () => {
    const advice = adviseSr(training(fitting, 40, { before: 0.9 }))
    expect(advice.accuracy).toMatchObject({ before: 0.9, fall: expect.closeTo(1 / 3, 6) })
    expect(advice.verdict).toBe('watch')
  })

  it('with hold: mAP has to be back by the last epoch', () => {
    const input = training(fitting * 3, 100, { hold: true })
    const held = input.past.map((epoch) => ({
      ...epoch,
      sr: epoch.epoch < 30 ? epoch.sr : 0,
      mAP: epoch.epoch < 20 ? 0.6 : 0.1,
    }))
    const half = { ...input, past: held.slice(0, 50), shots: input.shots.slice(0, 50) }
    expect(adviseSr(half)).toMatchObject({ verdict: 'watch', reason: 'held' })
    expect(adviseSr({ ...input, past: held })).toMatchObject({
      ...{ verdict: 'too-large', reason: 'collapsed', suggested: null },
    })
  })

  it('takes back the schedule to tell sr', () => {
    const input = training(0.02, 40, { schedule: 'linear' })
    const past = input.past.map((epoch) => ({
      ...epoch,
      sr: 0.02 * (1 - (0.9 * epoch.epoch) / 99),
    }))
    expect(adviseSr({ ...input, past }).sr).toBeCloseTo(0.02, 9)
  })

  it('says all of it in words', () => {
    const inputs = [training(fitting, 4), training(fitting, 40), training(fitting / 2, 40)]
    for (const input of inputs) {
      const advice = adviseSr(input)
      const { headline, text, facts } = adviceText(advice, input.epochs)
      expect(headline).toContain('sr')
      expect(text).not.toMatch(/NaN|undefined|\{/)
      expect(facts.length).toBeGreaterThan(3)
      expect(facts.every(({ value }) => !/NaN|undefined/.test(value))).toBe(true)
    }
  })
})

describe('the pieces', () => {
  it('find peak and quantiles in a histogram', () => {
    expect(peakOf(shot(0, 0.5))).toBeCloseTo(0.5, 1)
    expect(peakOf(shot(0, 0))).toBe(0)
    expect(quantileOf(shot(0, 1), 0.5)).toBeCloseTo(1, 1)
    expect(quantileOf({ ...shot(0, 1), nearZero: 0.6 }, 0.5)).toBe(0)
  })

  it('carry on a straight line of learning rates, and a cosine along its chord', () => {
    const straight = training(0.01, 50).past
    expect(futureRates(straight, 100).at(-1)).toBeCloseTo(0.01 * (1 - 0.99 * 0.99), 6)
    const cosine = straight.map((epoch) => ({
      ...epoch,
      lr: 0.01 * (0.01 + 0.99 * 0.5 * (1 + Math.cos((Math.PI * epoch.epoch) / 100))),
    }))
    const rest = futureRates(cosine, 100).reduce((a, b) => a + b, 0)
    let real = 0
    for (let epoch = 50; epoch < 100; epoch++) {
      real += 0.01 * (0.01 + 0.99 * 0.5 * (1 + Math.cos((Math.PI * epoch) / 100)))
    }
    expect(rest / real).toBeGreaterThan(0.6)
    expect(rest / real).toBeLessThan(1.6)
  })
})
