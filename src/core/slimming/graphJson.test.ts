import { describe, expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoint/checkpoint'
import { checkpointModel } from '../checkpoint/model'
import { moduleTree } from '../checkpoint/moduleTree'
import { golden } from '../checkpoint/testing'
import { float32FromBase64, int32FromBase64, toBase64 } from './base64'
import { networkCost } from './cost'
import { buildChannelGraph, type ChannelGraph } from './graph'
import { decodeGraph, encodeGraph, type GraphJson } from './graphJson'
import { defaultPlanOptions, type PlanOptions, planPrune } from './plan'
import { rowNorms } from './scores'

function graphOf(file: string): ChannelGraph {
  const checkpoint = openCheckpoint(file)
  const tree = moduleTree(checkpoint, checkpointModel(checkpoint.root).model)
  const graph = buildChannelGraph(tree)
  // Weights are read while the file is open.
  const convs = graph.convs.map((conv) => {
    const values = conv.weight.read?.() ?? new Float32Array(0)
    return { ...conv, weight: { shape: conv.weight.shape, read: () => values } }
  })
  checkpoint.close()
  return { ...graph, convs }
}

const through = (json: GraphJson): GraphJson => JSON.parse(JSON.stringify(json))

describe.each(['v5.0', 'v6.2', 'v7.0'])('a graph of %s through JSON', (release) => {
  const graph = graphOf(golden(`${release}.pt`))
  const norms = graph.convs.map((conv) => ({
    l1: toBase64(rowNorms(conv, 'l1')),
    l2: toBase64(rowNorms(conv, 'l2')),
  }))
  const again = decodeGraph(through(encodeGraph(graph)), norms)

  it('has the same channels', () => {
    expect(again.groups).toEqual(graph.groups)
    expect(again.norms).toEqual(graph.norms)
    expect(again.warnings).toEqual(graph.warnings)
    expect(again.convs.map(({ sinks }) => sinks)).toEqual(graph.convs.map(({ sinks }) => sinks))
  })

  it.each(['gamma', 'l1', 'l2'] as const)('has the same plans by %s', (criterion) => {
    for (const share of [0.1, 0.5, 0.8]) {
      const options: PlanOptions = {
        ...defaultPlanOptions,
        criterion,
        amount: { kind: 'percent', percent: share },
      }
      const plan = planPrune(again, options)
      expect(plan).toEqual(planPrune(graph, options))
      expect(networkCost(again, plan.removed, 320)).toEqual(networkCost(graph, plan.removed, 320))
    }
  })
})

describe('base64', () => {
  it('keeps numbers', () => {
    const numbers = Float32Array.from({ length: 70_000 }, (_, i) => Math.sin(i))
    expect(float32FromBase64(toBase64(numbers))).toEqual(numbers)
    expect(int32FromBase64('')).toHaveLength(0)
  })

  it('refuses what is no such text', () => {
    expect(() => int32FromBase64('äöü')).toThrow(RangeError)
    expect(() => int32FromBase64('AAA=')).toThrow(RangeError)
  })
})
