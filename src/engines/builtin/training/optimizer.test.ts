import { describe, expect, it } from 'vitest'
import type { ParameterLayout } from '../contract'
import {
  clipGradients,
  newOptimizer,
  type OptimizerName,
  optimizerStep,
  parameterGroups,
} from './optimizer'
import { Penalty, SettledZeros } from './penalty'

const layout: ParameterLayout = {
  parameters: [
    { name: 'model.0.conv.weight', kind: 'kernel', shape: [1, 1, 1, 2], offset: 0, size: 2 },
    { name: 'model.0.bn.weight', kind: 'gamma', shape: [1], offset: 2, size: 1 },
    { name: 'model.0.bn.bias', kind: 'beta', shape: [1], offset: 3, size: 1 },
  ],
  size: 4,
  statistics: [],
  statisticsSize: 0,
}
const rates = { lr: 0.01, biasLr: 0.1, momentum: 0.9, accumulate: 1 }

/** Three steps from [1, −2, 0.5, 0.1] with gradients [0.1, −0.2, 0.3, 0.4], which torch.optim made the same. */
function threeSteps(name: OptimizerName, release: 'v6.1' | 'v7.0' = 'v7.0'): number[] {
  const groups = parameterGroups(layout, {
    release,
    optimizer: name,
    weightDecay: 0.05,
    frozen: () => false,
  })
  const state = newOptimizer(name, layout.size)
  const parameters = Float32Array.of(1, -2, 0.5, 0.1)
  for (let i = 0; i < 3; i++) {
    optimizerStep(state, parameters, Float32Array.of(0.1, -0.2, 0.3, 0.4), groups, rates)
  }
  return [...parameters]
}

describe('optimizerStep', () => {
  it.each<[OptimizerName, 'v6.1' | 'v7.0', readonly number[]]>([
    ['SGD', 'v7.0', [0.9879369, -1.9758738, 0.475853, -0.22196]],
    ['Adam', 'v7.0', [0.9700032, -1.9700017, 0.47, -0.2]],
    ['AdamW', 'v7.0', [0.9685157, -1.9670163, 0.47, -0.2]],
    ['AdamW', 'v6.1', [0.9685157, -1.9670163, 0.469853, -0.1999998]],
  ])('%s of %s moves as torch.optim does', (name, release, wanted) => {
    threeSteps(name, release).forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5)
    })
  })

  it('leaves frozen layers alone', () => {
    const groups = parameterGroups(layout, {
      release: 'v7.0',
      optimizer: 'SGD',
      weightDecay: 0.05,
      frozen: (name) => name.startsWith('model.0.bn.'),
    })
    const parameters = Float32Array.of(1, -2, 0.5, 0.1)
    optimizerStep(newOptimizer('SGD', 4), parameters, Float32Array.of(1, 1, 1, 1), groups, rates)
    expect(parameters[2]).toBe(0.5)
    expect(parameters[0]).not.toBe(1)
  })
})

describe('clipGradients', () => {
  it('scales to the limit, and only down', () => {
    const groups = parameterGroups(layout, {
      release: 'v7.0',
      optimizer: 'SGD',
      weightDecay: 0,
      frozen: () => false,
    })
    const large = Float32Array.of(30, 40, 0, 0)
    expect(clipGradients(large, groups, 10)).toBeCloseTo(50)
    expect(large[0]).toBeCloseTo(6, 4)
    const small = Float32Array.of(3, 4, 0, 0)
    clipGradients(small, groups, 10)
    expect([...small]).toEqual([3, 4, 0, 0])
  })
})

describe('Penalty', () => {
  it('prox moves by lr · sr / (1 − momentum) and stops at zero', () => {
    const penalty = new Penalty([[2, 4]], 'prox', null)
    const parameters = Float32Array.of(1, 1, 0.5, -0.01)
    penalty.afterStep(parameters, rates, 0.2)
    expect(parameters[2]).toBeCloseTo(0.48)
    expect(parameters[3]).toBe(0)
    expect(parameters[0]).toBe(1)
    expect(penalty.budget).toBeCloseTo(0.02)
  })

  it('holds the zeros once there are enough of them, and frees the rest', () => {
    const penalty = new Penalty([[0, 4]], 'prox', 0.5)
    // The step would take the second along: just the wanted share goes, the smallest.
    const parameters = Float32Array.of(0.01, 0.0155, 0.015, 1)
    penalty.afterStep(parameters, rates, 0.2)
    expect([...parameters]).toEqual([0, Math.fround(0.0155), 0, 1])
    expect(penalty.strength(0.2)).toBe(0)
    parameters.set([0.3, 2, 0.3, 2])
    penalty.afterStep(parameters, rates, 0.2)
    expect([...parameters]).toEqual([0, 2, 0, 2])
  })

  it('holds from the first step where enough are zero already, as in a run that goes on', () => {
    const penalty = new Penalty([[0, 4]], 'prox', 0.5)
    const parameters = Float32Array.of(0, 0.5, 0, 1)
    penalty.begin(parameters)
    expect(penalty.strength(0.2)).toBe(0)
    parameters.set([0.3, 2, -0.3, 2])
    penalty.afterStep(parameters, rates, 0.2)
    expect([...parameters]).toEqual([0, 2, 0, 2])
    const others = new Penalty([[0, 4]], 'prox', 0.6)
    others.begin(Float32Array.of(0, 0.5, 0, 1))
    expect(others.strength(0.2)).toBe(0.2)
  })

  it('l1 adds the subgradient, and nothing at zero', () => {
    const gradients = new Float32Array(3)
    new Penalty([[0, 3]], 'l1', null).beforeStep(Float32Array.of(2, -1, 0), gradients, 0.5)
    expect([...gradients]).toEqual([0.5, -0.5, 0])
  })

  it('zeroes in the average what stayed at zero for two epochs, or is zero in the last', () => {
    const zeros = new SettledZeros([[0, 2]])
    const average = Float32Array.of(0.4, 0.4)
    zeros.epochEnd(Float32Array.of(0, 1), average, false)
    expect(average[0]).toBeCloseTo(0.4)
    zeros.epochEnd(Float32Array.of(0, 0), average, false)
    expect(average[0]).toBe(0)
    expect(average[1]).toBeCloseTo(0.4)
    zeros.epochEnd(Float32Array.of(0, 0), average, true)
    expect(average[1]).toBe(0)
  })
})
