import * as l10n from '@vscode/l10n'
import type { EpochTable } from '../../src/runs/epochTable'
import { type Points, smooth } from '../charts/series'

/** Charts over epochs, by what they show. */
export const metricGroups = [
  { id: 'accuracy', metrics: ['mAP50', 'mAP50_95', 'precision', 'recall'] },
  {
    id: 'losses',
    metrics: ['train/box', 'train/obj', 'train/cls', 'val/box', 'val/obj', 'val/cls'],
  },
  { id: 'schedule', metrics: ['lr', 'sr', 'seconds'] },
] as const

export type MetricRun = {
  /** Its own; a copy of its folder holds the same `id`, which descendants know it by. */
  readonly runDir: string
  readonly id: string
  readonly parent?: string
  readonly name: string
  readonly table: EpochTable
  /** It belongs in a lineage even without epochs, as a pruning does. */
  readonly marks?: boolean
  /** It is not drawn, though what descends from it lies after it. */
  readonly hidden?: boolean
}

/** `overlay`: each run from epoch 1; `chain`: each after the run that it descends from. */
export type Layout = 'overlay' | 'chain'

/** A metric of a run as it was logged, and smoothed where that is wanted. */
export type MetricLine = Points & {
  readonly runDir: string
  readonly name: string
  readonly smoothed?: Points
}

/** Epochs before each run in its lineage, by folder: 0 for a run whose parent is not there. */
export function chainOffsets(runs: readonly MetricRun[]): ReadonlyMap<string, number> {
  const byId = new Map(runs.map((run) => [run.id, run]))
  const offsets = new Map<string, number>()
  const offsetOf = (run: MetricRun, below: ReadonlySet<string>): number => {
    const known = offsets.get(run.runDir)
    if (known !== undefined) return known
    const parent = byId.get(run.parent ?? '')
    const offset =
      parent && !below.has(parent.id)
        ? offsetOf(parent, new Set([...below, run.id])) + lengthOf(parent)
        : 0
    offsets.set(run.runDir, offset)
    return offset
  }
  for (const run of runs) offsetOf(run, new Set([run.id]))
  return offsets
}

/** A metric of each shown run that has it, over epochs counted from 1. */
export function metricLines(
  runs: readonly MetricRun[],
  metric: string,
  layout: Layout,
  smoothing: number,
): MetricLine[] {
  const offsets = layout === 'chain' ? chainOffsets(runs) : undefined
  return runs.flatMap(({ runDir, name, table, hidden }): MetricLine[] => {
    const y = table.column(metric)
    if (hidden || !y.some(Number.isFinite)) return []
    const offset = offsets?.get(runDir) ?? 0
    const x = table.epochs.map((epoch) => offset + epoch + 1)
    const line = { runDir, name, x, y }
    return [smoothing <= 0 ? line : { ...line, smoothed: { x, y: smooth(y, smoothing) } }]
  })
}

/** The last value of each line, as it was logged. */
export function metricSummary(lines: readonly MetricLine[]): string {
  const texts = lines.map(({ name, x, y }) => {
    const last = Array.from(y).findLastIndex(Number.isFinite)
    const value = String(Number((y[last] ?? 0).toPrecision(4)))
    return l10n.t('{0} {1} after epoch {2}', name, value, x[last] ?? 0)
  })
  return texts.join('; ')
}

/** Where in a chain one run ends and others, named, begin, of those that are shown; `x` lies between two epochs. */
export function chainBounds(
  runs: readonly MetricRun[],
): readonly { readonly x: number; readonly names: readonly string[] }[] {
  const offsets = chainOffsets(runs)
  const bounds = new Map<number, string[]>()
  for (const run of runs) {
    const offset = offsets.get(run.runDir) ?? 0
    if (run.hidden || offset === 0 || (lengthOf(run) === 0 && !run.marks)) continue
    bounds.set(offset + 0.5, [...(bounds.get(offset + 0.5) ?? []), run.name])
  }
  return [...bounds].sort(([a], [b]) => a - b).map(([x, names]) => ({ x, names }))
}

function lengthOf({ table }: MetricRun): number {
  return (table.epochs.at(-1) ?? -1) + 1
}
