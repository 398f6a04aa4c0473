import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtinReleases } from '../contract'
import { filled } from './image'
import { randomPerspective } from './perspective'
import { Random } from './random'

type Case = {
  readonly hyp: Readonly<
    Record<'degrees' | 'translate' | 'scale' | 'shear' | 'perspective', number>
  >
  readonly shares: readonly number[]
  readonly size: number
  readonly border: number
  readonly boxes: readonly (readonly number[])[]
  readonly outlines: readonly (readonly number[])[]
  readonly moved: readonly (readonly number[])[]
}

/** Draws what a golden case drew. */
class Scripted extends Random {
  readonly #shares: number[]
  constructor(shares: readonly number[]) {
    super(0)
    this.#shares = [...shares]
  }
  override unit(): number {
    return this.#shares.shift() ?? Number.NaN
  }
}

const folder = join(import.meta.dirname, '../../../../test/golden/movement')

describe.each(builtinReleases)('%s', (release) => {
  const cases = JSON.parse(readFileSync(join(folder, `${release}.json`), 'utf8')) as Case[]
  const early = release === 'v5.0' || release === 'v6.0'
  const closesOutlines = release === 'v6.2' || release === 'v7.0'

  it.each(cases)(
    'moves boxes to where its random_perspective does, and drops the same (%#)',
    (one) => {
      const side = one.size + one.border * 2
      const { labels } = randomPerspective(
        filled(one.size, one.size),
        {
          boxes: Float64Array.from(one.boxes.flat()),
          outlines: one.boxes.map((_, i) => {
            const outline = one.outlines[i]
            return outline && Float64Array.from(outline)
          }),
        },
        { width: side, height: side },
        { ...one.hyp, aspectLimit: early ? 20 : 100, closesOutlines },
        new Scripted(one.shares),
      )
      const wanted = one.moved.flat()
      expect(labels.boxes.length).toBe(wanted.length)
      wanted.forEach((value, i) => {
        expect(labels.boxes[i]).toBeCloseTo(value, 2)
      })
    },
  )
})
