/**
 * Channels as a disjoint-set forest. Every output channel of every convolution is one element; channels that
 * must live or die together (residual adds, depthwise convolutions) are united. An element may be fixed, with
 * the reason a person is told, and then its whole set stays.
 */
export class ChannelSets {
  private readonly parent: number[] = []
  private readonly reasons = new Map<number, string>()

  /** `count` new channels, each in a set of its own. */
  create(count: number): Int32Array {
    const first = this.parent.length
    for (let i = 0; i < count; i++) this.parent.push(first + i)
    return Int32Array.from({ length: count }, (_, i) => first + i)
  }

  find(id: number): number {
    let root = id
    while (this.at(root) !== root) root = this.at(root)
    let walk = id
    while (walk !== root) {
      const next = this.at(walk)
      this.parent[walk] = root
      walk = next
    }
    return root
  }

  unite(a: number, b: number): void {
    const [keep, join] = [this.find(a), this.find(b)].sort((x, y) => x - y) as [number, number]
    if (keep === join) return
    this.parent[join] = keep
    const reason = this.reasons.get(keep) ?? this.reasons.get(join)
    if (reason !== undefined) this.reasons.set(keep, reason)
    this.reasons.delete(join)
  }

  /** The first reason given stays: it names the place nearest to the input. */
  fix(id: number, reason: string): void {
    const root = this.find(id)
    if (!this.reasons.has(root)) this.reasons.set(root, reason)
  }

  fixedReason(id: number): string | undefined {
    return this.reasons.get(this.find(id))
  }

  get size(): number {
    return this.parent.length
  }

  private at(id: number): number {
    const parent = this.parent[id]
    if (parent === undefined) throw new RangeError(`no channel ${id}`)
    return parent
  }
}

/**
 * What flows along an edge of the network: per channel which element it is, the constant it would carry if
 * that element were removed (its gammas zero), and which convolution row feeds it without anything between.
 */
export type Channels = {
  readonly ids: Int32Array
  /** NaN where no BatchNorm gates the channel, so that removing it would not leave a constant. */
  readonly constants: Float64Array
  /** Global convolution row that a following BatchNorm's running mean can absorb for, or -1. */
  readonly rows: Int32Array
}

/** Channels whose count is only known once something consumes them: the output of a module not understood. */
export class Unresolved {
  channels: Channels | undefined
  constructor(readonly reason: string) {}
}

export type Flow = {
  readonly parts: readonly (Channels | Unresolved)[]
  /** Pixels of this map per pixel of the image: 1/64 at stride 8. */
  readonly scale: number
}

export function channelsOf(part: Channels | Unresolved): Channels | undefined {
  return part instanceof Unresolved ? part.channels : part
}

export function joinChannels(parts: readonly Channels[]): Channels {
  const [only] = parts
  if (only && parts.length === 1) return only
  const length = parts.reduce((sum, part) => sum + part.ids.length, 0)
  const joined = {
    ids: new Int32Array(length),
    constants: new Float64Array(length),
    rows: new Int32Array(length),
  }
  let at = 0
  for (const part of parts) {
    joined.ids.set(part.ids, at)
    joined.constants.set(part.constants, at)
    joined.rows.set(part.rows, at)
    at += part.ids.length
  }
  return joined
}
