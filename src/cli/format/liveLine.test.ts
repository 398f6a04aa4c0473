import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../runs/events'
import { epoch, gamma, progress, started } from '../../runs/format/testing'
import { emptyLive, etaSeconds, foldLive, type LiveState, liveLine } from './liveLine'

const fold = (...events: RunEvent[]): LiveState => events.reduce(foldLive, emptyLive)
const wide = 400

describe('the live line', () => {
  it('shows everything there is to know when there is room', () => {
    const line = liveLine(fold(started, epoch, gamma, progress), progress.t, wide)
    expect(line).toBe(
      '━───────────────  epoch 3/60  12/32  box 0.0512 obj 0.0131 cls 0.0042  mAP50 0.930  mAP50_95 0.620  lr 0.00981  sr 0.005  near zero 12.5 %  2.10 GB  ETA 3:58',
    )
  })

  it('leaves out a learning rate that is not known', () => {
    const state = fold(started, { ...epoch, lr: null })
    expect(liveLine(state, epoch.t, wide)).not.toContain('lr')
    expect(fold(started, epoch, { ...epoch, amends: true })).toEqual(fold(started, epoch))
  })

  it('drops what matters least first, and never exceeds the width', () => {
    const state = fold(started, epoch, gamma, progress)
    for (let width = 1; width < 160; width++) {
      expect(liveLine(state, progress.t, width).length).toBeLessThanOrEqual(width)
    }
    expect(liveLine(state, progress.t, 40)).toBe('epoch 3/60  12/32  mAP50 0.930  ETA 3:58')
  })

  it('says how long it has been starting', () => {
    expect(liveLine({ ...emptyLive, launchedAt: 1000 }, 9000, wide)).toBe('starting  8 s')
  })

  it('says that a run without epochs is running', () => {
    const state = foldLive(emptyLive, { ...started, epochs: 0 })
    expect(liveLine(state, started.t + 3000, wide)).toBe('running  3 s')
  })

  it('leaves a sign of life, which tells no batches, alone', () => {
    const state = foldLive(emptyLive, started)
    expect(foldLive(state, { ...progress, batches: 0 })).toBe(state)
  })

  it('says that it finishes after the last epoch', () => {
    const line = liveLine(fold(started, { ...epoch, epoch: 59 }), epoch.t, wide)
    expect(line).toMatch(/^━{16} {2}epoch 60\/60 .* finishing$/)
  })
})

describe('the time left', () => {
  it('follows the latest epochs, less the time since', () => {
    const state = fold(started, epoch, { ...epoch, epoch: 2, seconds: 8.1 })
    expect(etaSeconds(state, epoch.t)).toBeCloseTo(57 * 6.1, 6)
    expect(etaSeconds(state, epoch.t + 10_000)).toBeCloseTo(57 * 6.1 - 10, 6)
  })

  it('before the first epoch is over follows its batches', () => {
    const half = { ...progress, epoch: 0, batch: 15, t: started.t + 10_000 }
    expect(etaSeconds(fold(started, half), half.t)).toBeCloseTo(60 * 20 - 10, 6)
  })

  it('of a resumed run counts only what this attempt did', () => {
    const half = { ...progress, epoch: 50, batch: 15, t: started.t + 10_000 }
    expect(etaSeconds(fold(started, half), half.t)).toBeCloseTo(10 * 20 - 10, 6)
  })

  it('is unknown at first, and never negative', () => {
    expect(etaSeconds(fold(started), started.t)).toBeUndefined()
    expect(etaSeconds(fold(started, { ...epoch, epoch: 59 }), epoch.t + 1e6)).toBe(0)
  })
})
