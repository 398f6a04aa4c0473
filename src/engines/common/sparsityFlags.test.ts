import { describe, expect, it } from 'vitest'
import type { Sparsity } from '../../core/slimming/sparsity'
import { resumedSparsity } from './sparsityFlags'

const auto: Sparsity = { reg: 'prox', sr: 'auto', schedule: 'linear', percent: 0.6 }
const chosen = { reg: 'prox', sr: 0.02, schedule: 'linear', hold: 0.62 } as const

describe('the sparsity of a run that goes on', () => {
  it('is what was chosen when it began, since its gammas are smaller now', () => {
    const going = { ...auto, sr: 0.02, hold: 0.62 }
    expect(resumedSparsity({}, auto, auto, chosen)).toEqual(going)
    // And once more: the log of the resumed run says the same.
    expect(resumedSparsity({}, auto, going, chosen)).toEqual(going)
  })

  it('lasts to the end where an sr was given', () => {
    const started = { ...auto, sr: 0.005 }
    const log = { ...chosen, sr: 0.005, hold: null }
    expect(resumedSparsity({}, auto, started, log)).toEqual({ ...started, hold: null })
  })

  it('is decided anew where something of it is given', () => {
    const going = { ...auto, sr: 0.02, hold: 0.62 }
    expect(resumedSparsity({ sr: 0.1 }, auto, going, chosen)).toEqual({ ...auto, sr: 0.1 })
    expect(resumedSparsity({ sr: 'auto', percent: 0.7 }, auto, going, chosen)).toEqual({
      ...auto,
      percent: 0.7,
    })
  })

  it('is decided anew where the log does not tell', () => {
    const { hold: _, ...silent } = chosen
    expect(resumedSparsity({}, auto, auto, silent)).toEqual(auto)
    expect(resumedSparsity({}, auto, undefined, undefined)).toEqual(auto)
    expect(resumedSparsity({}, null, undefined, chosen)).toBeNull()
  })
})
