import { describe, expect, it } from 'vitest'
import { buildProgram } from '../../cli/program'
import { initialOptions, keptOptions, pruneArguments } from './arguments'
import type { PreviewOptions } from './contract'

const start = initialOptions('pruned_model.pt')
const full: PreviewOptions = {
  amount: { kind: 'zero', epsilon: 0.01 },
  ...{ criterion: 'l2', reduction: 'mean', round: 4, minChannels: 3, maxLayerPercent: 0.7 },
  ...{ keep: ['model.24.*', 'model.2.cv1.bn'], absorb: false, imageSize: 320 },
  output: 'out/small.pt',
}

it('leaves out what is the default', () => {
  expect(pruneArguments('a.pt', start)).toEqual(['prune', '--weights', 'a.pt', '--percent', '0.5'])
})

it.each<[string, PreviewOptions]>([
  ['the defaults', start],
  ['everything', full],
  ['a threshold', { ...start, amount: { kind: 'threshold', threshold: 0.05 }, round: 1 }],
])('names %s so that the program understands the same', (_, options) => {
  const program = buildProgram([], { code: 0 })
  const prune = program.commands.find((command) => command.name() === 'prune')
  if (!prune) throw new Error('no prune')
  prune.parseOptions(pruneArguments('a.pt', options).slice(1))
  const { amount } = options
  expect(prune.opts()).toMatchObject({
    weights: 'a.pt',
    ...(amount.kind === 'zero' ? { percent: 'zero', epsilon: amount.epsilon } : {}),
    ...(amount.kind === 'percent' ? { percent: amount.percent } : {}),
    ...(amount.kind === 'threshold' ? { threshold: amount.threshold } : {}),
    ...{ criterion: options.criterion, reduce: options.reduction, round: options.round },
    ...{ minChannels: options.minChannels, maxLayerPercent: options.maxLayerPercent },
    ...(options.keep.length > 0 ? { keep: options.keep } : {}),
    ...{ imgsz: options.imageSize, output: options.output, absorb: options.absorb },
  })
})

describe('the options of a page that was left', () => {
  const options = { ...start, round: 8, output: 'small.pt' }

  it('come back with the output that was typed', () => {
    const offer = { output: 'pruned_model.pt' }
    expect(keptOptions(offer, { options, offered: 'pruned_model.pt' })).toEqual(options)
  })

  it('have the output that another checkpoint offers', () => {
    const kept = keptOptions({ output: 'other.pt' }, { options, offered: 'pruned_model.pt' })
    expect(kept).toEqual({ ...options, output: 'other.pt' })
  })

  it('are the usual ones where nothing was kept', () => {
    expect(keptOptions({ output: 'pruned_model.pt' }, {})).toEqual(start)
  })

  it('start with the share that the run aims at, until another was chosen', () => {
    const offer = { output: 'pruned_model.pt', percent: 0.7 }
    expect(keptOptions(offer, {}).amount).toEqual({ kind: 'percent', percent: 0.7 })
    expect(keptOptions(offer, { options }).amount).toEqual(start.amount)
  })
})
