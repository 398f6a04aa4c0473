/** Bins of a gamma histogram and the |gamma| that they span; see `GammaEvent`. */
export const gammaBins = 64
export const gammaRange = 2
export const nearZeroBelow = 0.01

/**
 * The gammas of some epochs as one block of numbers, epoch by epoch and layer by layer: what a chart of them is drawn
 * from, and cheap to hand over.
 */
export type GammaBlock = {
  /** Ascending, counted from 0. */
  readonly epochs: Float64Array
  readonly layers: readonly string[]
  /** [epoch][layer][bin]: channels. */
  readonly histogram: Uint16Array
  /** [epoch][layer]: channels below `nearZeroBelow`. */
  readonly nearZero: Uint16Array
  /** [epoch][layer][min, q25, median, q75, max]. */
  readonly quantiles: Float32Array
}

/** What of a gamma event makes a row; spelled out, since pages too import this file, and events lead to Node. */
export type GammaRow = {
  readonly epoch: number
  readonly layers: readonly {
    readonly name: string
    readonly histogram: readonly number[]
    readonly nearZero: number
    readonly quantiles: readonly [number, number, number, number, number]
  }[]
}

export const emptyBlock: GammaBlock = packGammas([])

/** Packs events into a block; those of other layers than the last one's are left out. */
export function packGammas(events: readonly GammaRow[]): GammaBlock {
  return joinRows(events.map(packRow))
}

/** One event as numbers: a twentieth of what it takes as an object. */
export type PackedRow = Pick<GammaBlock, 'layers' | 'histogram' | 'nearZero' | 'quantiles'> & {
  readonly epoch: number
}

export function packRow({ epoch, layers }: GammaRow): PackedRow {
  const row = {
    ...{ epoch, layers: layers.map(({ name }) => name) },
    histogram: new Uint16Array(layers.length * gammaBins),
    nearZero: new Uint16Array(layers.length),
    quantiles: new Float32Array(layers.length * 5),
  }
  layers.forEach(({ histogram, nearZero, quantiles }, layer) => {
    // Loops: `set` of a plain array takes five times as long.
    for (let bin = 0; bin < gammaBins; bin++) {
      row.histogram[layer * gammaBins + bin] = histogram[bin] ?? 0
    }
    for (let i = 0; i < 5; i++) row.quantiles[layer * 5 + i] = quantiles[i] ?? 0
    row.nearZero[layer] = nearZero
  })
  return row
}

/** Rows as a block, in their order; those of other layers than the last one's are left out. */
export function joinRows(rows: readonly PackedRow[]): GammaBlock {
  const layers = rows.at(-1)?.layers ?? []
  const fitting = rows.filter((row) => row.layers.length === layers.length)
  const cells = fitting.length * layers.length
  const block = {
    epochs: Float64Array.from(fitting, ({ epoch }) => epoch),
    layers,
    histogram: new Uint16Array(cells * gammaBins),
    nearZero: new Uint16Array(cells),
    quantiles: new Float32Array(cells * 5),
  }
  fitting.forEach(({ histogram, nearZero, quantiles }, at) => {
    block.histogram.set(histogram, at * histogram.length)
    block.nearZero.set(nearZero, at * nearZero.length)
    block.quantiles.set(quantiles, at * quantiles.length)
  })
  return block
}

/** Both blocks' epochs in one; where both have one, the second's. Blocks of other layers replace all. */
export function mergeBlocks(a: GammaBlock, b: GammaBlock): GammaBlock {
  if (b.epochs.length === 0) return a
  if (a.epochs.length === 0 || a.layers.join() !== b.layers.join()) return b
  const from = new Map<number, readonly [GammaBlock, number]>()
  for (const block of [a, b]) {
    for (const [at, epoch] of block.epochs.entries()) from.set(epoch, [block, at])
  }
  const rows = [...from].sort(([x], [y]) => x - y)
  const join = <T extends Uint16Array | Float32Array>(
    made: T,
    pick: (block: GammaBlock) => T,
    size: number,
  ): T => {
    rows.forEach(([, [block, at]], row) => {
      made.set(pick(block).subarray(at * size, (at + 1) * size), row * size)
    })
    return made
  }
  const cells = rows.length * b.layers.length
  const width = b.layers.length
  return {
    epochs: Float64Array.from(rows, ([epoch]) => epoch),
    layers: b.layers,
    histogram: join(
      new Uint16Array(cells * gammaBins),
      ({ histogram }) => histogram,
      width * gammaBins,
    ),
    nearZero: join(new Uint16Array(cells), ({ nearZero }) => nearZero, width),
    quantiles: join(new Float32Array(cells * 5), ({ quantiles }) => quantiles, width * 5),
  }
}

/** The histogram of one layer (its index) or of all layers together in row `at`: `gammaBins` counts. */
export function histogramAt(block: GammaBlock, at: number, layer?: number): Float64Array {
  const sum = new Float64Array(gammaBins)
  const width = block.layers.length
  const [from, to] = layer === undefined ? [0, width] : [layer, layer + 1]
  for (let i = from; i < to; i++) {
    const cell = (at * width + i) * gammaBins
    for (let bin = 0; bin < gammaBins; bin++) {
      sum[bin] = (sum[bin] ?? 0) + (block.histogram[cell + bin] ?? 0)
    }
  }
  return sum
}

/** Share of channels near zero in row `at`, of one layer or all. */
export function nearZeroAt(block: GammaBlock, at: number, layer?: number): number {
  const width = block.layers.length
  const [from, to] = layer === undefined ? [0, width] : [layer, layer + 1]
  let near = 0
  for (let i = from; i < to; i++) near += block.nearZero[at * width + i] ?? 0
  const total = histogramAt(block, at, layer).reduce((a, b) => a + b, 0)
  return total === 0 ? 0 : near / total
}
