/** Decides every random point; the same seed kills at the same moments, as far as the machine keeps time. */
export const seed = Number(process.env.FAULTS_SEED ?? 1)

export type Random = {
  /** From 0 to 1. */
  readonly unit: () => number
  /** A whole number from 0 to `below` - 1. */
  readonly below: (below: number) => number
  readonly pick: <T>(items: readonly T[]) => T
}

/** mulberry32, one sequence for each `salt`, so that tests do not depend on each other's order. */
export function randomFor(salt: string): Random {
  let state = [...salt].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed)
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(unit() * limit)
  return { unit, below, pick: (items) => items[below(items.length)] as (typeof items)[number] }
}
