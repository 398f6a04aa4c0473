import { expect, it } from 'vitest'
import { trainOptions } from '../../engines/builtin/stage/options'
import { defaultHyp } from '../../engines/builtin/training/hyp'
import { type OutlookRequest, sparsityOutlook } from './sparsityOutlook'

const request: OutlookRequest = {
  release: 'v6.2',
  options: trainOptions({ epochs: 60, batch_size: 16 }, 'v6.2'),
  hyp: defaultHyp('v6.2'),
  images: 512,
  sparsity: { reg: 'prox', sr: 'auto', schedule: 'constant', percent: 0.7 },
  gammas: undefined,
}
const outlook = (sr: number | 'auto', change: Partial<OutlookRequest> = {}) =>
  sparsityOutlook({ ...request, sparsity: { ...request.sparsity, sr }, ...change })

it('says what auto would choose, and its budget', () => {
  const [only, more] = outlook('auto')
  expect(more).toBeUndefined()
  expect(only).toMatchObject({ field: 'sr', severity: 'information' })
  expect(only?.text).toMatch(/^sr 0\.\d+ was chosen: .*shrink budget of 1\.\d\d.* 70 %/)
})

it('warns of an sr far from what the schedule needs, with what would fit', () => {
  expect(outlook(0.0001).map(({ code }) => code)).toEqual([
    'sparsity/sr-too-small',
    'sparsity/outlook',
  ])
  expect(outlook(0.1).map(({ code }) => code)).toEqual([
    'sparsity/sr-too-large',
    'sparsity/outlook',
  ])
  expect(outlook(0.1)[0]?.text).toMatch(/Try --sr 0\.0\d+/)
})

it('goes by the gammas of the weights', () => {
  const srOf = (gamma: number) =>
    Number(
      /^sr ([\d.]+)/.exec(outlook('auto', { gammas: [{ size: 8, gamma }] })[0]?.text ?? '')?.[1],
    )
  expect(srOf(0.5) / srOf(1)).toBeCloseTo(0.5, 2)
})

it('tells of a training too short for any sr, and says the same but once', () => {
  expect(outlook('auto', { images: 32 }).map(({ code }) => code)).toContain('sparsity/few-steps')
  const adam = { ...request.options, optimizer: 'Adam' as const }
  const l1 = { ...request.sparsity, reg: 'l1' as const }
  const found = sparsityOutlook({ ...request, options: adam, sparsity: l1 })
  expect(found.map(({ code }) => code)).toEqual(['sparsity/l1-with-adam'])
})
