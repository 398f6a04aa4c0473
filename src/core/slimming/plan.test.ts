import { describe, expect, it } from 'vitest'
import { bottleneck, conv, detect, model, node, sequential } from '../../../test/support/modules'
import { percentLimit } from './cliff'
import { buildChannelGraph } from './graph'
import { defaultPlanOptions, type PlanOptions, planPrune } from './plan'
import { rankGroups } from './ranking'

const chain = (...gammas: readonly (readonly number[])[]) => {
  let inputs = 3
  const layers = gammas.map((gamma) => {
    const layer = conv(inputs, gamma)
    inputs = gamma.length
    return [-1, layer] as const
  })
  return buildChannelGraph(model(...layers, [[-1], detect(inputs)]))
}

const plan = (
  graph: ReturnType<typeof chain>,
  options: Partial<PlanOptions> & Pick<PlanOptions, 'amount'>,
) => planPrune(graph, { ...defaultPlanOptions, round: 1, ...options })

const keptIn = (result: ReturnType<typeof plan>) => result.layers.map((layer) => layer.after)
const percent = (share: number) => ({ kind: 'percent', percent: share }) as const

describe('amounts', () => {
  it('takes the smallest channels of the whole network', () => {
    const result = plan(chain([0.1, 0.9, 0.8, 0.7], [0.2, 0.3, 0.6, 0.5]), {
      amount: percent(0.375),
    })
    expect(keptIn(result)).toEqual([3, 2])
    expect(result.threshold).toBeCloseTo(0.5, 6)
    expect(result.percentReached).toBe(0.375)
  })

  it('goes by the size of gamma, not its sign', () => {
    expect(keptIn(plan(chain([-0.9, 0.1], [0.5, -0.4]), { amount: percent(0.25) }))).toEqual([1, 2])
  })

  it('removes what lies below a threshold', () => {
    const result = plan(chain([0.1, 0.5], [0.2, 0.5]), {
      amount: { kind: 'threshold', threshold: 0.5 },
    })
    expect(keptIn(result)).toEqual([1, 1])
    expect(result.percentAsked).toBeNull()
  })

  it('removes just what is zero', () => {
    const result = plan(chain([0, 0.5, 0], [1e-6, 0.01, 0.5]), {
      amount: { kind: 'zero', epsilon: 1e-4 },
    })
    expect(keptIn(result)).toEqual([1, 2])
  })
})

it('takes equal scores evenly from all layers', () => {
  const graph = chain([0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 1], [0, 0, 1, 1])
  expect(keptIn(plan(graph, { amount: percent(5 / 16) }))).toEqual([4, 4, 3])
})

describe('constraints', () => {
  it('never empties a layer, and names it', () => {
    const result = plan(chain([0.1, 0.2], [0.9, 0.8]), { amount: percent(0.5) })
    expect(keptIn(result)).toEqual([1, 2])
    expect(result.percentReached).toBe(0.25)
    expect(result.warnings).toContainEqual({
      code: 'prune/layer-held-back',
      text: expect.stringContaining('model.0.bn'),
    })
  })

  it('gives the best channels back', () => {
    const graph = chain([0.1, 0.2, 0.3, 0.15], [0.9, 0.9, 0.9, 0.9])
    const result = plan(graph, { amount: percent(0.5), minChannels: 2 })
    const kept = graph.norms[0]?.groups.map((group) => result.removed[group] ?? -1)
    expect(kept).toEqual(Int32Array.from([1, 0, 0, 1]))
  })

  it('rounds kept channels up, but not beyond the layer', () => {
    const graph = chain([0.1, 0.2, 0.3, 0.9, 0.9], [0.1, 0.9, 0.9, 0.9, 0.9, 0.9])
    expect(keptIn(plan(graph, { amount: percent(0.4), round: 4 }))).toEqual([4, 6])
  })

  it('caps the share of one layer', () => {
    const graph = chain([0.1, 0.1, 0.1, 0.9], [0.9, 0.9, 0.9, 0.9])
    const result = plan(graph, { amount: percent(0.375), maxLayerPercent: 0.5 })
    expect(keptIn(result)).toEqual([2, 4])
    expect(result.warnings.map(({ code }) => code)).toContain('prune/layer-capped')
  })

  it('leaves kept layers alone and does not count them', () => {
    const graph = chain([0.1, 0.2], [0.3, 0.9], [0.8, 0.9])
    const result = plan(graph, { amount: percent(0.5), keep: ['model.0.*'] })
    expect(keptIn(result)).toEqual([2, 1, 1])
    expect(result.percentReached).toBe(0.5)
  })

  it('refuses a --keep that matches nothing', () => {
    expect(() => plan(chain([1, 1]), { amount: percent(0.5), keep: ['backbone.*'] })).toThrow(
      expect.objectContaining({ code: 'prune/keep-unmatched' }),
    )
  })
})

describe('tied layers', () => {
  const graph = buildChannelGraph(
    model(
      [-1, conv(3, [0.9, 0.8])],
      [
        -1,
        node('models.common.C3', {
          cv1: conv(2, [0.01, 0.5]),
          cv2: conv(2, [0.9, 0.9]),
          cv3: conv(4, [0.9, 0.9]),
          m: sequential(bottleneck([0.9, 0.9], [0.7, 0.02], true)),
        }),
      ],
      [[-1], detect(2)],
    ),
  )
  const groups = (norm: string) => graph.norms.find(({ name }) => name === norm)?.groups ?? []

  it('stay together, by their largest gamma', () => {
    const result = plan(graph, { amount: percent(0.17) })
    for (const name of ['model.1.cv1.bn', 'model.1.m.0.cv2.bn']) {
      expect([...groups(name)].map((group) => result.removed[group])).toEqual([0, 1])
    }
    expect(result.percentReached).toBeCloseTo(2 / 12, 9)
    expect(result.threshold).toBeCloseTo(0.7, 6)
  })

  it('or by another reduction', () => {
    const result = plan(graph, { amount: percent(0.17), reduction: 'min' })
    expect([...groups('model.1.cv1.bn')].map((group) => result.removed[group])).toEqual([1, 0])
  })
})

describe('criteria and warnings', () => {
  it('ranks by filter norms relative to the layer', () => {
    const weight = [5, 5, 5, 1, 1, 1]
    const graph = buildChannelGraph(
      model(
        [-1, conv(3, [0.1, 0.9], { weight })],
        [-1, conv(2, [1, 1], { weight: [1, 1, 1, 1] })],
        [[-1], detect(2)],
      ),
    )
    const result = plan(graph, { amount: percent(0.25), criterion: 'l1' })
    expect([...(graph.norms[0]?.groups ?? [])].map((group) => result.removed[group])).toEqual([
      0, 1,
    ])
  })

  it('warns of the cliff and of large gammas', () => {
    const result = plan(chain([0.5, 0.51, 0.6], [0.7, 0.8, 0.9]), { amount: percent(0.5) })
    expect(result.warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['prune/cliff', 'prune/large-gamma']),
    )
  })

  it('warns of no cut that rounding, a floor or a cap takes back', () => {
    const graph = chain([0.5, 0.51, 0.6], [0.7, 0.8, 0.9])
    const codesOf = (options: Partial<PlanOptions>): readonly string[] =>
      plan(graph, { amount: percent(0.5), ...options })
        .warnings.map(({ code }) => code)
        .filter((code) => code === 'prune/cliff' || code === 'prune/large-gamma')
    expect(codesOf({ round: 8 })).toEqual([])
    expect(codesOf({ minChannels: 10_000 })).toEqual([])
    expect(codesOf({ maxLayerPercent: 0 })).toEqual([])
    // One channel of each layer may go: of the large gammas it warns still.
    expect(codesOf({ maxLayerPercent: 0.4 })).toEqual(['prune/large-gamma'])
  })

  it('tells the gammas of what is cut and of what stays', () => {
    const graph = chain([0.3, 0.4, 0.5], [0.9, 0.9, 0.9])
    const { warnings } = plan(graph, { amount: percent(0.5), minChannels: 2 })
    expect(warnings.find(({ code }) => code === 'prune/large-gamma')?.text).toMatch(
      /up to 0\.300 are .* stay is 0\.900/,
    )
  })

  it('finds the cliff where a layer loses its last channel, and not before', () => {
    const heldBack = (graph: ReturnType<typeof chain>, share: number): boolean =>
      plan(graph, { amount: percent(share) }).warnings.some(
        ({ code }) => code === 'prune/layer-held-back',
      )
    for (const graph of [
      chain([0.1, 0.2, 0.3], [0.15, 0.9, 0.8], [0.7, 0.6]),
      chain([0, 0, 0, 0], [0, 0, 0, 0, 0.8, 0.9, 1, 1], [0, 0, 0.5, 0.6]),
      chain([1, 1, 1, 1], [1, 1], [1, 1, 1]),
    ]) {
      const limit = percentLimit(graph, rankGroups(graph, defaultPlanOptions))?.percent ?? 0
      expect(heldBack(graph, limit)).toBe(true)
      expect(heldBack(graph, limit - 1e-3)).toBe(false)
    }
  })

  it('is silent where the cut is free', () => {
    const result = plan(chain([0, 0, 0.9, 1], [0, 0, 1, 0.9]), { amount: percent(0.4) })
    expect(result.warnings).toEqual([])
  })

  it('says that gammas are NaN', () => {
    expect(() => plan(chain([Number.NaN, 1]), { amount: percent(0.5) })).toThrow(
      expect.objectContaining({ code: 'prune/nan-gamma' }),
    )
  })
})
