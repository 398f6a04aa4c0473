import { EpochTable } from './epochTable'
import { EventReader, type PassedLine, readPassed } from './eventLog'
import type { EpochEvent, PrunedEvent } from './events'
import { type GammaBlock, joinRows, type PackedRow, packRow } from './gammaBlock'
import { digestEvents, emptyDigest, type RunDigest } from './state'
import { runFiles } from './store'

/** What reading on brought. */
export type HistoryChange = {
  /** The log began anew: all of it is told again. */
  readonly reset: boolean
  /** Epochs that were added or replaced, in the log's order. */
  readonly epochs: readonly number[]
  /** Epochs whose gammas were added or replaced. */
  readonly gammas: readonly number[]
  /** Anything at all was appended. */
  readonly changed: boolean
}

/** What two readings brought, one after the other. */
export function joinChanges(first: HistoryChange, second: HistoryChange): HistoryChange {
  if (second.reset) return second
  return {
    reset: first.reset,
    epochs: [...new Set([...first.epochs, ...second.epochs])],
    gammas: [...new Set([...first.gammas, ...second.gammas])],
    changed: first.changed || second.changed,
  }
}

/** Gamma events that are held parsed: many at once outlive the collector's first passes, which costs more than they do. */
const parsedAtOnce = 8

/**
 * A run's past, for charts: epochs as columns, and where in the log the gammas of each epoch lie. Gammas are most of a
 * log (35 kB an epoch for YOLOv5x) and a screen shows few of them, so they are parsed when asked for. `progress`
 * events are passed over too, but for the latest. Each `read` costs what was appended since.
 */
export class RunHistory {
  readonly table = new EpochTable()
  digest: RunDigest = emptyDigest
  pruned: PrunedEvent | undefined
  private readonly reader: EventReader
  private readonly lines = new Map<number, PassedLine>()

  constructor(readonly runDir: string) {
    this.reader = new EventReader(runFiles(runDir).events, ['gamma', 'progress'])
  }

  async read(): Promise<HistoryChange> {
    const epochs = new Set<number>()
    const gammas = new Set<number>()
    let [anyReset, changed] = [false, false]
    let progress: PassedLine | undefined
    for await (const { events, passed, reset } of this.reader.readAll()) {
      if (reset) {
        anyReset = true
        this.forget()
        epochs.clear()
        gammas.clear()
        progress = undefined
      }
      changed ||= events.length > 0 || passed.length > 0
      for (const line of passed) {
        const epoch = epochOf(line)
        if (epoch === undefined) progress = line
        else {
          this.lines.set(epoch, line)
          gammas.add(epoch)
        }
      }
      this.digest = digestEvents(events, this.digest)
      for (const event of events) {
        if (event.type === 'epoch') {
          this.table.put(event.epoch, rowOf(event))
          epochs.add(event.epoch)
        } else if (event.type === 'pruned') this.pruned = event
      }
    }
    if (progress) await this.takeProgress(progress)
    return { reset: anyReset, changed, epochs: [...epochs], gammas: [...gammas] }
  }

  /** Epochs that have gammas, ascending. */
  get gammaEpochs(): readonly number[] {
    return [...this.lines.keys()].sort((a, b) => a - b)
  }

  /** The gammas of some epochs; those without any are left out. */
  async gammas(epochs: readonly number[]): Promise<GammaBlock> {
    const lines = [...epochs].sort((a, b) => a - b).flatMap((epoch) => this.lines.get(epoch) ?? [])
    const rows: PackedRow[] = []
    for (let i = 0; i < lines.length; i += parsedAtOnce) {
      const events = await readPassed(this.reader.path, lines.slice(i, i + parsedAtOnce))
      rows.push(...events.filter((event) => event?.type === 'gamma').map(packRow))
    }
    return joinRows(rows)
  }

  private forget(): void {
    this.table.clear()
    this.lines.clear()
    this.digest = emptyDigest
    this.pruned = undefined
  }

  private async takeProgress(line: PassedLine): Promise<void> {
    const [event] = await readPassed(this.reader.path, [line])
    if (event) this.digest = digestEvents([event], this.digest)
  }
}

/** The epoch of a gamma line, which its writers put right after the type; undefined for a `progress` line. */
function epochOf({ head }: PassedLine): number | undefined {
  const found = /"type": ?"gamma", ?"epoch": ?(\d+)/.exec(head)
  return found ? Number(found[1]) : undefined
}

/** Columns of an epoch: losses are `train/box` and so on, as results.csv names them. */
function rowOf(event: EpochEvent): Record<string, number | null> {
  const { train, val, precision, recall, mAP50, mAP50_95, lr, sr, seconds, t } = event
  const row: Record<string, number | null> = { precision, recall, mAP50, mAP50_95, lr, sr, seconds }
  for (const [name, loss] of Object.entries(train)) row[`train/${name}`] = loss
  for (const [name, loss] of Object.entries(val)) row[`val/${name}`] = loss
  return { ...row, t }
}
