import {
  type GammaBlock,
  gammaBins,
  gammaRange,
  histogramAt,
  nearZeroAt,
  nearZeroBelow,
} from '../../src/runs/gammaBlock'
import type { Points } from '../charts/series'

/** What is drawn of gammas, from a block of them; pure. `layer` is its index, undefined for all together. */

export const binWidth = gammaRange / gammaBins

/** The epoch to show: the chosen one while the run has it, else the latest. */
export function shownEpoch(available: readonly number[], chosen: number | undefined): number {
  return chosen !== undefined && available.includes(chosen) ? chosen : (available.at(-1) ?? 0)
}

/** Row of an epoch, or of the nearest that the block has; -1 in an empty one. */
export function rowOf({ epochs }: GammaBlock, epoch: number): number {
  let best = -1
  epochs.forEach((other, at) => {
    const nearest = epochs[best] ?? Number.POSITIVE_INFINITY
    if (Math.abs(other - epoch) < Math.abs(nearest - epoch)) best = at
  })
  return best
}

/** Of each row: channels by bin, their number, and the share near zero; and the bins that any row fills. */
type Rows = {
  readonly histograms: readonly Float64Array[]
  readonly totals: readonly number[]
  readonly near: readonly number[]
  readonly bins: number
}

/** Sums over a hundred layers are needed again with every move of a slider; blocks never change. */
const known = new WeakMap<GammaBlock, Map<number | undefined, Rows>>()

export function rowsOf(block: GammaBlock, layer: number | undefined): Rows {
  const layers = known.get(block) ?? new Map<number | undefined, Rows>()
  known.set(block, layers)
  const rows = layers.get(layer) ?? sumRows(block, layer)
  layers.set(layer, rows)
  return rows
}

function sumRows(block: GammaBlock, layer: number | undefined): Rows {
  const all = Array.from(block.epochs, (_, row) => row)
  const histograms = all.map((row) => histogramAt(block, row, layer))
  const highest = histograms.map((histogram) => histogram.findLastIndex((count) => count > 0))
  return {
    histograms,
    totals: histograms.map((histogram) => histogram.reduce((a, b) => a + b, 0)),
    near: all.map((row) => nearZeroAt(block, row, layer)),
    bins: Math.max(0, ...highest) + 1,
  }
}

export type HeatCell = { readonly row: number; readonly bin: number; readonly share: number }

/** Shares of channels by epoch and bin, but those of none; and the bins that any epoch fills. */
export function heatCells(
  block: GammaBlock,
  layer: number | undefined,
): { readonly cells: readonly HeatCell[]; readonly bins: number } {
  const { histograms, totals, bins } = rowsOf(block, layer)
  const cells = histograms.flatMap((histogram, row) =>
    Array.from(histogram, (count, bin) => ({ row, bin, share: count / (totals[row] ?? 1) })),
  )
  return { cells: cells.filter(({ share }) => share > 0), bins }
}

/** Channels sorted by |gamma|: the gamma over the share of channels that are smaller, 0 to 1. */
export function sortedCurve(block: GammaBlock, row: number, layer?: number): Points {
  const rows = rowsOf(block, layer)
  const histogram = rows.histograms[row] ?? new Float64Array(0)
  const total = rows.totals[row] ?? 0
  const x = [0]
  const y = [0]
  const near = rows.near[row] ?? 0
  let below = 0
  histogram.forEach((count, bin) => {
    if (count === 0) return
    // Within a bin the channels are taken for evenly spread, but for those that are known to be near zero.
    const from = bin === 0 ? near : below
    const start = bin === 0 ? nearZeroBelow : bin * binWidth
    below += count / total
    if (from > (x.at(-1) ?? 0) || start > (y.at(-1) ?? 0)) {
      x.push(from)
      y.push(start)
    }
    x.push(below)
    y.push((bin + 1) * binWidth)
  })
  return { x, y }
}

/** The |gamma| below which a share of the channels lies, 0 to 1. */
export function gammaCut(block: GammaBlock, row: number, share: number, layer?: number): number {
  const { x, y } = sortedCurve(block, row, layer)
  for (let i = 1; i < x.length; i++) {
    const [a, b] = [x[i - 1] ?? 0, x[i] ?? 0]
    if (share > b && i < x.length - 1) continue
    const [low, high] = [y[i - 1] ?? 0, y[i] ?? 0]
    return b > a ? low + ((high - low) * Math.max(0, Math.min(share, b) - a)) / (b - a) : high
  }
  return 0
}

/** Share of channels with a |gamma| below, in each row; within a bin they are taken for evenly spread. */
export function sharesBelow(block: GammaBlock, gamma: number, layer?: number): Float64Array {
  return Float64Array.from(block.epochs, (_, row) => {
    if (gamma <= nearZeroBelow) return rowsOf(block, layer).near[row] ?? 0
    const { x, y } = sortedCurve(block, row, layer)
    for (let i = 1; i < y.length; i++) {
      const [low, high] = [y[i - 1] ?? 0, y[i] ?? 0]
      if (gamma > high) continue
      const [a, b] = [x[i - 1] ?? 0, x[i] ?? 0]
      return high > low ? a + ((b - a) * (gamma - low)) / (high - low) : b
    }
    return 1
  })
}

/**
 * Where the first layer would lose all of its channels: the least of the layers' largest gammas, and the share of
 * channels not above it. The plan's `percentLimit` says the same of a checkpoint, exactly: it has every gamma, in the
 * order in which they go. A log has histograms and quantiles of each layer, so this is what they let one reckon; equal
 * gammas count as taken evenly, as the plan does, and layers tied by residual adds stand for themselves.
 */
export function cliffOf(
  block: GammaBlock,
  row: number,
): { readonly share: number; readonly gamma: number; readonly layer: string } | undefined {
  let weakest: { readonly gamma: number; readonly layer: string } | undefined
  const layers = row < 0 ? [] : strips(block, row)
  for (const { layer, quantiles } of layers) {
    const [, , , , gamma] = quantiles
    if (gamma < (weakest?.gamma ?? Number.POSITIVE_INFINITY)) weakest = { gamma, layer }
  }
  if (!weakest) return undefined
  const { gamma } = weakest
  let [upTo, all] = [0, 0]
  layers.forEach((strip, i) => {
    const histogram = histogramAt(block, row, i)
    const count = histogram.reduce((a, b) => a + b, 0)
    upTo += channelsUpTo(gamma, histogram, count, strip)
    all += count
  })
  return { ...weakest, share: upTo / all }
}

/** Channels of a layer with a |gamma| not above: between quantiles evenly, but within what its histogram allows. */
function channelsUpTo(
  gamma: number,
  histogram: Float64Array,
  count: number,
  { quantiles, nearZero }: Strip,
): number {
  const near = nearZero * count
  if (gamma < nearZeroBelow) return near
  const bin = Math.min(gammaBins - 1, Math.floor(gamma / binWidth))
  const lower = histogram.subarray(0, bin).reduce((a, b) => a + b, 0)
  const upper = lower + (histogram[bin] ?? 0)
  const k = quantiles.findLastIndex((quantile) => quantile <= gamma)
  const [low = 0, high = 0] = quantiles.slice(Math.max(k, 0), k + 2)
  const part = k < 0 ? 0 : k === 4 ? 4 : k + (gamma - low) / (high - low)
  return Math.min(upper, Math.max(bin === 0 ? near : lower, (part / 4) * count))
}

export type Strip = {
  readonly layer: string
  readonly quantiles: readonly [number, number, number, number, number]
  readonly nearZero: number
}

/** Quantiles of every layer in one row, in network order. */
export function strips(block: GammaBlock, row: number): Strip[] {
  return block.layers.map((layer, i) => {
    const at = (row * block.layers.length + i) * 5
    const q = (n: number): number => block.quantiles[at + n] ?? Number.NaN
    return { layer, quantiles: [q(0), q(1), q(2), q(3), q(4)], nearZero: nearZeroAt(block, row, i) }
  })
}
