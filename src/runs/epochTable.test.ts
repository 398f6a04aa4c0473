import { describe, expect, it } from 'vitest'
import { EpochTable } from './epochTable'

function table(...rows: readonly [number, Record<string, number | null>][]): EpochTable {
  const made = new EpochTable()
  for (const [epoch, row] of rows) made.put(epoch, row)
  return made
}

describe('EpochTable', () => {
  it('keeps a column a name, NaN where there is no value', () => {
    const made = table([0, { loss: 2 }], [1, { loss: 1, mAP50: 0.5 }], [2, { mAP50: null }])
    expect(made.column('loss')).toEqual([2, 1, Number.NaN])
    expect(made.column('mAP50')).toEqual([Number.NaN, 0.5, Number.NaN])
    expect(made.column('unknown')).toEqual([])
  })

  it('replaces an epoch that a resumed run repeats, whole', () => {
    const made = table([0, { loss: 3 }], [1, { loss: 2, mAP50: 0.1 }], [1, { loss: 1 }])
    expect(made.epochs).toEqual([0, 1])
    expect(made.column('loss')).toEqual([3, 1])
    expect(made.column('mAP50')).toEqual([Number.NaN, Number.NaN])
  })

  it('sorts in epochs that come late, and leaves out those that never came', () => {
    const made = table([4, { a: 4 }], [9, { a: 9 }], [5, { a: 5 }])
    expect(made.epochs).toEqual([4, 5, 9])
    expect(made.column('a')).toEqual([4, 5, 9])
  })

  it('travels as typed arrays, wholly or in part, and is put together again', () => {
    const made = table([0, { a: 1 }], [1, { a: 2, b: 7 }], [3, { a: 4 }])
    expect(made.rows([3, 8])).toEqual({
      epochs: Float64Array.of(3),
      columns: { a: Float64Array.of(4), b: Float64Array.of(Number.NaN) },
    })
    const other = table([1, { a: 0 }])
    other.putAll(made.rows())
    expect(other.rows()).toEqual(made.rows())
  })
})
