import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** A stream of random numbers that a few whole numbers decide: the same seeds, the same stream. */
export class Random {
  readonly #next: () => number

  constructor(...seeds: readonly number[]) {
    // Mixed by multiplication with large odd numbers, so that neighbouring seeds give unrelated streams.
    let seed = 0x9e3779b9
    for (const part of seeds) {
      seed = Math.imul(seed ^ part, 0x85ebca6b)
      seed = Math.imul(seed ^ (seed >>> 13), 0xc2b2ae35)
      seed ^= seed >>> 16
    }
    const generator = xoroshiro128plus(seed)
    this.#next = () => generator.next() >>> 0
  }

  /** From 0 to below 1. */
  unit(): number {
    return this.#next() / 2 ** 32
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.unit()
  }

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.unit() * count)
  }

  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const item = items[i] as T
      items[i] = items[j] as T
      items[j] = item
    }
    return items
  }

  /** `count` different ones of `0 … total − 1`. */
  sample(total: number, count: number): number[] {
    return this.shuffle(Array.from({ length: total }, (_, i) => i)).slice(0, count)
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit())
  }

  /** Beta(a, a) for a ≥ 1, from two gamma variates (Marsaglia and Tsang, 2000). */
  beta(a: number): number {
    const x = this.#gamma(a)
    return x / (x + this.#gamma(a))
  }

  #gamma(shape: number): number {
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    for (;;) {
      const x = this.normal()
      const v = (1 + c * x) ** 3
      if (v > 0 && Math.log(1 - this.unit()) < 0.5 * x * x + d - d * v + d * Math.log(v))
        return d * v
    }
  }
}
