import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RecordSplitter } from '../../core/tensorboard/records'
import { decodeSummaryEvent } from '../../core/tensorboard/summary'
import type { GammaEvent } from '../../runs/events'
import { isGammaTag, layerOf } from './gammas'

const chunkBytes = 1 << 20

type Gammas = Pick<GammaEvent, 'epoch' | 'layers'>
export type EventFileNews = {
  /** Epochs with histograms of gammas, each with all layers that it has by now. */
  readonly gammas: readonly Gammas[]
  /** New values by step and tag. */
  readonly scalars: Scalars
}

export type Scalars = ReadonlyMap<number, ReadonlyMap<string, number>>

/** Layers by their tags. */
type Layers = Map<string, GammaEvent['layers'][number]>

/** Follows the TensorBoard event files of a folder as a script writes them. */
export class EventFiles {
  private readonly files = new Map<string, { offset: number; readonly splitter: RecordSplitter }>()
  /** The latest step, whose layers may be written one after the other. */
  private latest: ReadonlyMap<number, Layers> = new Map()

  /** What was written since the last call. */
  async read(folder: string): Promise<EventFileNews> {
    const names = await readdir(folder).catch(() => [])
    const found = new Map<number, Layers>()
    const values = new Map<number, Map<string, number>>()
    for (const name of names.filter((one) => one.includes('tfevents')).sort()) {
      for (const record of await this.recordsOf(join(folder, name))) {
        const { step, scalars, histograms } = decodeSummaryEvent(record)
        const ofStep = values.get(step) ?? new Map<string, number>()
        for (const { tag, value } of scalars) values.set(step, ofStep.set(tag, value))
        for (const { tag, histogram } of histograms.filter((one) => isGammaTag(one.tag))) {
          const layers: Layers = found.get(step) ?? this.latest.get(step) ?? new Map()
          layers.set(tag, layerOf(tag, histogram))
          found.set(step, layers)
        }
      }
    }
    if (found.size > 0) this.latest = new Map([...found].slice(-1))
    const gammas = [...found].map(([epoch, layers]) => ({ epoch, layers: [...layers.values()] }))
    return { gammas, scalars: values }
  }

  private async recordsOf(path: string): Promise<readonly Uint8Array[]> {
    const state = this.files.get(path) ?? { offset: 0, splitter: new RecordSplitter() }
    this.files.set(path, state)
    const file = await open(path, 'r').catch(() => undefined)
    if (!file) return []
    try {
      const records: Uint8Array[] = []
      for (;;) {
        const buffer = Buffer.allocUnsafe(chunkBytes)
        const { bytesRead } = await file.read({ buffer, position: state.offset })
        if (bytesRead === 0) return records
        state.offset += bytesRead
        records.push(...state.splitter.push(buffer.subarray(0, bytesRead)))
      }
    } finally {
      await file.close()
    }
  }
}
