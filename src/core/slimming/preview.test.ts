import { resolve } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it, vi } from 'vitest'
import { checkpointNorms, checkpointView } from '../../cli/checkpointView'
import { initialOptions } from '../../extension/preview/arguments'
import type { PreviewOptions } from '../../extension/preview/contract'
import { normsSchema, viewSchema } from '../../extension/preview/viewSchema'
import { openCheckpoint } from '../checkpoint/checkpoint'
import { isProblem, type Outcome, Preview } from './preview'
import { type PruneReport, pruneCheckpoint } from './pruneCheckpoint'

vi.setConfig({ testTimeout: 120_000 })

const file = resolve('media/sample/baseline.pt')
const sent = <T>(schema: v.GenericSchema<unknown, T>, value: T): T =>
  v.parse(schema, JSON.parse(JSON.stringify(value)))

function modelOf(path: string): Preview {
  const checkpoint = openCheckpoint(path)
  try {
    const norms = sent(normsSchema, checkpointNorms(checkpoint))
    const { network } = sent(viewSchema, checkpointView(checkpoint))
    if (!network) throw new Error('no network')
    return new Preview(network, norms)
  } finally {
    checkpoint.close()
  }
}

const model = modelOf(file)
const options = (change: Partial<PreviewOptions>): PreviewOptions => ({
  ...initialOptions('pruned_model.pt'),
  ...change,
})

function outcomeOf(change: Partial<PreviewOptions>): Outcome {
  const outcome = model.outcome(options(change))
  if (isProblem(outcome)) throw new Error(outcome.text)
  return outcome
}

/** What `yolov5-slim prune --dry-run --json` prints. */
function dryRun(change: Partial<PreviewOptions>): PruneReport {
  const wanted = options(change)
  return pruneCheckpoint({
    ...{ weights: file, output: wanted.output, options: wanted },
    ...{ absorb: wanted.absorb, dryRun: true, imageSize: wanted.imageSize },
  })
}

describe('the preview says what the prune does', () => {
  it.each<[string, Partial<PreviewOptions>]>([
    ['half', {}],
    ['just what is zero', { amount: { kind: 'zero', epsilon: 0.2 } }],
    ['without the constants', { absorb: false }],
    ['below a threshold', { amount: { kind: 'threshold', threshold: 0.5 }, imageSize: 320 }],
    ['by filters', { criterion: 'l1', reduction: 'mean', round: 1 }],
    [
      'with every limit',
      {
        amount: { kind: 'percent', percent: 0.8 },
        ...{
          round: 4,
          minChannels: 6,
          maxLayerPercent: 0.7,
          keep: ['model.2.*', 'model.9.cv1.bn'],
        },
      },
    ],
  ])('%s', (_, change) => {
    const { plan, parameters, gflops, bytes } = outcomeOf(change)
    const report = dryRun(change)
    expect(plan.layers).toEqual(report.layers)
    expect(plan.threshold).toBe(report.threshold)
    expect(plan.percentReached).toBe(report.percentReached)
    expect(plan.warnings).toEqual(report.warnings)
    expect({ parameters, gflops, bytes }).toEqual({
      parameters: report.parameters,
      gflops: report.gflops,
      bytes: report.bytes,
    })
  })
})

it('says why there is no plan', () => {
  const outcome = model.outcome(options({ keep: ['backbone.*'] }))
  expect(outcome).toMatchObject({ code: 'prune/keep-unmatched' })
  expect(isProblem(outcome)).toBe(true)
})

it('has a curve that rises to all channels', () => {
  const { curve } = outcomeOf({})
  expect(curve.length).toBeGreaterThan(100)
  expect(curve.at(-1)?.share).toBe(1)
  expect(curve.every(({ score }, i) => score >= (curve[i - 1]?.score ?? 0))).toBe(true)
})

it('names the layer that would go first', () => {
  const { cliff } = outcomeOf({})
  expect(cliff?.share).toBeGreaterThan(0)
  expect(model.graph.norms.map(({ name }) => name)).toContain(cliff?.layer)
})
