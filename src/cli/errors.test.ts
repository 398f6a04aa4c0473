import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { errorLines, manyWarningLines, warningLines } from './errors'

const plain = pc.createColors(false)

describe('errors and warnings', () => {
  it('have a code, a sentence and a remedy', () => {
    const error = { code: 'data/missing-key', message: 'It lacks nc.', remedy: 'Add nc.' }
    expect(errorLines(error, plain)).toEqual([
      'error[data/missing-key]: It lacks nc.',
      '  → Add nc.',
    ])
    expect(warningLines({ code: 'a/b', text: 'Hm.' }, plain)).toEqual(['warning[a/b]: Hm.'])
  })

  it('of one kind are shortened, of different kinds not', () => {
    const warnings = Array.from({ length: 9 }, (_, i) => ({ code: 'a/b', text: `layer ${i}` }))
    const lines = manyWarningLines([...warnings, { code: 'c/d', text: 'other' }], plain)
    expect(lines).toEqual([
      'warning[a/b]: layer 0',
      'warning[a/b]: layer 1',
      'warning[a/b]: layer 2',
      '  … and 6 more of this kind (--json has them all)',
      'warning[c/d]: other',
    ])
    expect(manyWarningLines(warnings.slice(0, 4), plain)).toHaveLength(4)
  })
})
