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
  readonly id: string
  readonly parent?: string
  readonly name: string
  readonly table: EpochTable
  /** It belongs in a lineage even without epochs, as a pruning does. */
  readonly marks?: boolean
}

/** `overlay`: each run from epoch 1; `chain`: each after the run that it descends from. */
export type Layout = 'overlay' | 'chain'

export type MetricLine = Points & { readonly id: string; readonly raw?: Points }

/** Epochs before each run in its lineage, by id: 0 for a run whose parent is not there. */
export function chainOffsets(runs: readonly MetricRun[]): ReadonlyMap<string, number> {
  const byId = new Map(runs.map((run) => [run.id, run]))
  const offsets = new Map<string, number>()
  const offsetOf = (run: MetricRun, below: ReadonlySet<string>): number => {
    const known = offsets.get(run.id)
    if (known !== undefined) return known
    const parent = byId.get(run.parent ?? '')
    const offset =
      parent && !below.has(parent.id)
        ? offsetOf(parent, new Set([...below, run.id])) + lengthOf(parent)
        : 0
    offsets.set(run.id, offset)
    return offset
  }
  for (const run of runs) offsetOf(run, new Set([run.id]))
  return offsets
}

/** A metric of each run that has it, over epochs counted from 1; with smoothing also as it was logged. */
export function metricLines(
  runs: readonly MetricRun[],
  metric: string,
  layout: Layout,
  smoothing: number,
): MetricLine[] {
  const offsets = layout === 'chain' ? chainOffsets(runs) : undefined
  return runs.flatMap(({ id, table }): MetricLine[] => {
    const column = table.column(metric)
    if (!column.some(Number.isFinite)) return []
    const offset = offsets?.get(id) ?? 0
    const x = table.epochs.map((epoch) => offset + epoch + 1)
    if (smoothing <= 0) return [{ id, x, y: column }]
    return [{ id, x, y: smooth(column, smoothing), raw: { x, y: column } }]
  })
}

/** Where in a chain one run ends and others, named, begin; `x` lies between two epochs. */
export function chainBounds(
  runs: readonly MetricRun[],
): readonly { readonly x: number; readonly names: readonly string[] }[] {
  const offsets = chainOffsets(runs)
  const bounds = new Map<number, string[]>()
  for (const run of runs) {
    const offset = offsets.get(run.id) ?? 0
    if (offset === 0 || (lengthOf(run) === 0 && !run.marks)) continue
    bounds.set(offset + 0.5, [...(bounds.get(offset + 0.5) ?? []), run.name])
  }
  return [...bounds].sort(([a], [b]) => a - b).map(([x, names]) => ({ x, names }))
}

function lengthOf({ table }: MetricRun): number {
  return (table.epochs.at(-1) ?? -1) + 1
}
