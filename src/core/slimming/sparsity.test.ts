import { describe, expect, it } from 'vitest'
import { conv, detect, model } from '../../../test/support/modules'
import {
  budgetFor,
  planSparsity,
  type Sparsity,
  scheduleFactors,
  shareFor,
  type TrainingSchedule,
  unitBudget,
} from './sparsity'

const training: TrainingSchedule = {
  epochs: 30,
  startEpoch: 0,
  stepsPerEpoch: 32,
  lr: Array.from({ length: 30 }, (_, epoch) => 0.01 * (1 - (0.99 * epoch) / 30)),
  warmupSteps: 0,
  momentum: 0.9,
  optimizer: 'SGD',
}
const ones = [{ size: 1, gamma: 1 }]
const network = model([-1, conv(3, [1, 1])], [[-1], detect(2)])
const sparsity: Sparsity = { reg: 'prox', sr: 'auto', schedule: 'constant', percent: 0.7 }

describe('the shrink budget', () => {
  it('is Σ lr / (1 − momentum) for sr = 1', () => {
    const sum = training.lr.reduce((a, b) => a + b, 0)
    expect(unitBudget('constant', training)).toBeCloseTo((32 * sum) / 0.1, 9)
  })

  it('is smaller while warming up and with a falling schedule', () => {
    const constant = unitBudget('constant', training)
    expect(unitBudget('constant', { ...training, warmupSteps: 100 })).toBeLessThan(constant)
    expect(unitBudget('linear', training)).toBeLessThan(constant)
    expect(scheduleFactors('linear', 3)).toEqual([1, 0.55, expect.closeTo(0.1, 12)])
  })

  it('grows with the share that shall reach zero, and back', () => {
    for (const percent of [0.1, 0.5, 0.8, 0.9]) {
      expect(shareFor(ones, budgetFor(ones, percent))).toBeCloseTo(percent, 9)
    }
  })

  it('agrees with what was measured from gammas at 1', () => {
    expect(shareFor(ones, 0)).toBe(0)
    expect(shareFor(ones, 1.25)).toBeCloseTo(0.91, 6)
    expect(budgetFor(ones, 0.8)).toBeCloseTo(1.1, 6)
  })

  it('follows gammas that are not at 1', () => {
    const wide = [0.1, 0.5, 2, 4].map((gamma) => ({ size: 1, gamma }))
    expect(budgetFor(wide, 0.5)).toBeGreaterThan(0.9)
    expect(budgetFor(wide, 0.5)).toBeLessThan(1.5)
    expect(budgetFor(wide, 0.75)).toBeGreaterThan(2.4)
  })
})

describe('choosing sr', () => {
  it('auto goes part of the way where most of the training is warm-up', () => {
    // 120 steps, of which the learning rate needs 400 to get going, as in a short training of v6.1.
    const warming = { ...training, epochs: 24, stepsPerEpoch: 5, lr: training.lr.slice(0, 24) }
    const plan = planSparsity(network, sparsity, { ...warming, warmupSteps: 400 })
    const usual = planSparsity(network, sparsity, { ...warming, warmupSteps: 20 })
    expect(plan.hold).toBeNull()
    expect(plan.warnings[0]?.text).toContain('warm-up')
    const budget = (plan.sr[0] ?? 0) * unitBudget('constant', { ...warming, warmupSteps: 400 })
    expect(budget).toBeLessThan(0.5)
    expect(usual.hold).toBeCloseTo(0.72)
    expect(usual.warnings).toEqual([])
  })

  it('auto spends the budget that the percent wants in the first part of any training, then holds', () => {
    for (const epochs of [10, 30]) {
      const schedule = { ...training, epochs, lr: training.lr.slice(0, epochs) }
      const { sr, hold, warnings } = planSparsity(network, sparsity, schedule)
      const early = unitBudget('constant', schedule, 0.4 * epochs)
      expect((sr[0] ?? 0) * early).toBeCloseTo(budgetFor(ones, 0.7), 9)
      expect(hold).toBeCloseTo(0.72, 9)
      expect(warnings).toEqual([])
    }
  })

  it('auto of a run that goes on keeps the strength that it began with', () => {
    const began = planSparsity(network, sparsity, training)
    const going = { ...training, startEpoch: 12 }
    const plan = planSparsity(
      network,
      { ...sparsity, sr: began.sr[0] ?? 0, hold: began.hold },
      going,
    )
    expect(plan.sr).toEqual(began.sr)
    expect(plan.hold).toBe(began.hold)
    expect(plan.warnings).toEqual([])
    expect(plan.explanation).toMatch(/as the run began/)
  })

  it('auto that is decided anew spends its budget in the first part of the epochs that are left', () => {
    const plan = planSparsity(network, sparsity, { ...training, startEpoch: 20 })
    const early = { ...training, startEpoch: 20 }
    expect((plan.sr[20] ?? 0) * unitBudget('constant', early, 24)).toBeCloseTo(
      budgetFor(ones, 0.7),
      9,
    )
  })

  it('auto with the subgradient spends it over the whole training, since nothing gets to zero', () => {
    const { sr, hold } = planSparsity(network, { ...sparsity, reg: 'l1' }, training)
    expect((sr[0] ?? 0) * unitBudget('constant', training)).toBeCloseTo(budgetFor(ones, 0.7), 9)
    expect(hold).toBeNull()
  })

  it('goes only part of the way where there is no time to adapt, and says so', () => {
    const short = { ...training, epochs: 2, stepsPerEpoch: 4 }
    const plan = planSparsity(network, sparsity, short)
    const budget = (plan.sr[0] ?? 0) * unitBudget('constant', short)
    expect(budget).toBeCloseTo(budgetFor(ones, 0.7) * 0.08, 9)
    expect(plan.warnings.map(({ code }) => code)).toEqual(['sparsity/few-steps'])
  })

  it('takes a given sr as it is, and falls to a tenth when linear', () => {
    const plan = planSparsity(network, { ...sparsity, sr: 0.005, schedule: 'linear' }, training)
    expect(plan.sr).toHaveLength(30)
    expect(plan.sr[0]).toBe(0.005)
    expect(plan.hold).toBeNull()
    expect(plan.sr.at(-1)).toBeCloseTo(0.0005, 12)
  })

  it.each([
    [0.00001, 'sparsity/sr-too-small'],
    [1, 'sparsity/sr-too-large'],
  ])('warns that %d does not fit, with one that does', (sr, code) => {
    const plan = planSparsity(network, { ...sparsity, sr }, training)
    expect(plan.warnings).toContainEqual({ code, text: expect.stringMatching(/--sr 0\.\d+/) })
  })

  it('warns that Adam makes the subgradient’s sr meaningless, and prox’s not', () => {
    const adam = { ...training, optimizer: 'AdamW' } as const
    const codes = (reg: 'l1' | 'prox') =>
      planSparsity(network, { ...sparsity, reg }, adam).warnings.map(({ code }) => code)
    expect(codes('l1')).toEqual(['sparsity/l1-with-adam'])
    expect(codes('prox')).toEqual([])
  })

  it('names the layers to penalise and, without sparsity, penalises none', () => {
    const plan = planSparsity(network, null, training)
    expect(plan.layers).toEqual([{ name: 'model.0.bn', channels: 2 }])
    expect(plan.sr).toEqual([])
  })
})
