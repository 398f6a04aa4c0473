import { join } from 'node:path'
import { expect, it } from 'vitest'
import { planSparsity } from '../../../core/slimming/sparsity'
import { openModelFile } from '../checkpoint/open'
import { fromStateDict } from '../model/layout'
import { Penalty, SettledZeros } from '../training/penalty'
import { gammaRanges, trainedGammas } from './gammaRanges'

const open = openModelFile(join(import.meta.dirname, '../../../../test/golden/network/v7.0.pt'))
const plan = planSparsity(open.tree, null, {
  ...{ epochs: 1, startEpoch: 0, stepsPerEpoch: 1, lr: [0.01], warmupSteps: 0 },
  ...{ momentum: 0.9, optimizer: 'SGD' },
})
const rates = { lr: 1, biasLr: 1, momentum: 0, accumulate: 1 }

it.each(['prox', 'l1'] as const)('leaves the gammas of frozen layers alone: %s', (reg) => {
  const frozen = [0, 1, 2]
  const { parameters } = fromStateDict(open.layout, open.tensors)
  const before = parameters.slice()
  const average = parameters.slice()
  const gradients = new Float32Array(parameters.length)
  const gammas = trainedGammas(open, plan, frozen)
  const penalty = new Penalty(gammas, reg, null)
  penalty.beforeStep(parameters, gradients, 100)
  penalty.afterStep(parameters, rates, 100)
  new SettledZeros(gammas).epochEnd(parameters, average, true)

  const ranges = gammaRanges(open, plan)
  plan.layers.forEach(({ name }, i) => {
    const [from, to] = ranges[i] ?? [0, 0]
    const kept = frozen.includes(Number(name.split('.')[1]))
    const changed = before
      .subarray(from, to)
      .some(
        (gamma, at) =>
          gamma !== parameters[from + at] ||
          gamma !== average[from + at] ||
          gradients[from + at] !== 0,
      )
    expect([name, changed]).toEqual([name, !kept])
  })
})
