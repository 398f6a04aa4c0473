/** A line of a chart: NaN in `y` is a gap. */
export type Points = { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }

/**
 * Exponential moving average, as TensorBoard smooths: `weight` (0 to 1) of the past, corrected for its start. Gaps stay
 * gaps and do not disturb what follows.
 */
export function smooth(y: ArrayLike<number>, weight: number): Float64Array {
  const out = Float64Array.from(y)
  if (weight <= 0) return out
  let [sum, count] = [0, 0]
  for (const [i, value] of out.entries()) {
    if (!Number.isFinite(value)) continue
    sum = sum * weight + value * (1 - weight)
    count++
    out[i] = sum / (1 - weight ** count)
  }
  return out
}

/**
 * Fewer points of the same look: of each of `most / 2` equal stretches the lowest and the highest, in their order, so
 * that no spike is lost. A stretch without any value stays a gap.
 */
export function thin({ x, y }: Points, most: number): Points {
  const length = Math.min(x.length, y.length)
  if (length <= most || most < 4) return { x, y }
  const buckets = Math.floor(most / 2)
  const kept: number[] = []
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * length) / buckets)
    const to = Math.floor(((bucket + 1) * length) / buckets)
    kept.push(...extremes(y, from, to))
  }
  const last = length - 1
  if (kept.at(-1) !== last) kept.push(last)
  if (kept[0] !== 0) kept.unshift(0)
  const take = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(kept, (at) => values[at] ?? Number.NaN)
  return { x: take(x), y: take(y) }
}

function extremes(y: ArrayLike<number>, from: number, to: number): number[] {
  let [low, high] = [-1, -1]
  for (let i = from; i < to; i++) {
    const value = y[i] ?? Number.NaN
    if (!Number.isFinite(value)) continue
    if (low < 0 || value < (y[low] ?? 0)) low = i
    if (high < 0 || value > (y[high] ?? 0)) high = i
  }
  if (low < 0) return [from]
  return low === high ? [low] : [Math.min(low, high), Math.max(low, high)]
}

/** What a chart shows, as a table: the first column is what the others are read against. */
export type ChartTable = {
  readonly heads: readonly string[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}

/** Lines in one table, a row for each x that any of them has. */
export function tableOf(
  xName: string,
  lines: readonly (Points & { readonly name: string })[],
): ChartTable {
  const rows = new Map<number, (number | null)[]>()
  lines.forEach(({ x, y }, column) => {
    for (let i = 0; i < x.length; i++) {
      const at = x[i] ?? Number.NaN
      const value = y[i] ?? Number.NaN
      let row = rows.get(at)
      if (!row) {
        row = lines.map(() => null)
        rows.set(at, row)
      }
      row[column] = Number.isFinite(value) ? value : null
    }
  })
  return {
    heads: [xName, ...lines.map(({ name }) => name)],
    rows: [...rows].sort(([a], [b]) => a - b).map(([x, row]) => [x, ...row]),
  }
}

/** Without it Excel reads a file in the code page of its system, where Chinese is something else. */
const byteOrderMark = '\uFEFF'

/** A file of comma-separated values, RFC 4180; an empty field where there is no value. */
export function csvOf({ heads, rows }: ChartTable): string {
  const field = (value: string | number | null): string => {
    const text = value === null ? '' : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  const lines = [heads, ...rows].map((row) => `${row.map(field).join(',')}\r\n`)
  return byteOrderMark + lines.join('')
}
