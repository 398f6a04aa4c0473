import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** What one fault came to. */
export type Figure = {
  readonly fault: string
  readonly tried: number
  /** Cases in which something was lost, unreadable or shown wrong. */
  readonly wrong: number
  /** Milliseconds until what is shown was right, at worst. */
  readonly worstMs?: number
  /** Bytes of memory: the most, or what it grew by, as the fault's name says. */
  readonly bytes?: number
}

/** A fault that can not be tried here, and what is missing. */
type Skipped = { readonly fault: string; readonly needs: string }

const file = (): string => process.env.FAULTS_FIGURES ?? ''

/** Keeps a figure for the table at the end. */
export function count(figure: Figure | Skipped): void {
  appendFileSync(file(), `${JSON.stringify(figure)}\n`)
}

export function figuresTable(): string {
  const text = existsSync(file()) ? readFileSync(file(), 'utf8').trim() : ''
  const figures =
    text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Figure | Skipped)
  const table = [['fault', 'tried', 'wrong', 'worst latency', 'memory'], ...figures.map(rowOf)]
  const widths = (table[0] ?? []).map((_, i) =>
    Math.max(...table.map((row) => (i > 0 && isSkipped(row) ? 0 : (row[i]?.length ?? 0)))),
  )
  return table
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function rowOf(figure: Figure | Skipped): string[] {
  if ('needs' in figure) return [figure.fault, `SKIPPED: needs ${figure.needs}`]
  const { fault, tried, wrong, worstMs, bytes } = figure
  return [
    ...[fault, `${tried}`, `${wrong}`, worstMs === undefined ? '' : `${Math.round(worstMs)} ms`],
    bytes === undefined ? '' : `${(bytes / 2 ** 20).toFixed(1)} MB`,
  ]
}

/** What is missing stands across the columns. */
const isSkipped = (row: readonly string[]): boolean => row.length === 2

/** Milliseconds of processor that `work` takes, whatever else the machine has to do. */
export async function processorMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** The largest latency of many. */
export class Worst {
  ms = 0

  /** Milliseconds that `work` takes, kept when they are the most so far. */
  async of<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now()
    const result = await work()
    this.ms = Math.max(this.ms, performance.now() - began)
    return result
  }
}

/** Bytes in use: V8's heap, and what lies beside it, as typed arrays and Buffers do. */
export function memoryInUse(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Bytes in use once the garbage is gone. */
export async function memoryKept(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    // Files that were read let go of their buffers in a turn of their own.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return memoryInUse()
}
