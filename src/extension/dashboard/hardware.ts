import { cpus, freemem, totalmem } from 'node:os'
import * as l10n from '@vscode/l10n'
import { type GpuSample, sampleGpus } from '../../engines/common/gpus'
import type { HardwareSample } from './contract'

/** Milliseconds between samples, while the page is in view and while it is not, and how many are kept. */
const sampleMs = 2000
const hiddenMs = 10_000
const kept = 1800

/** Time that all processors were busy, and that has passed, in milliseconds. */
export type CpuTimes = { readonly busy: number; readonly total: number }

/** Samples this machine while a page asks, and remembers for the next page of the same panel. */
export class HardwareLog {
  readonly samples: HardwareSample[] = []
  private times: CpuTimes = cpuTimes()
  private sampled = Number.NEGATIVE_INFINITY
  private sampling = false

  /** A sample, when it is time for one. */
  async sample(inView: boolean): Promise<HardwareSample | undefined> {
    const due = this.sampled + (inView ? sampleMs : hiddenMs)
    if (performance.now() < due || this.sampling) return undefined
    this.sampling = true
    try {
      const gpus = await sampleGpus()
      const times = cpuTimes()
      const made = collectSample(Date.now(), gpus, this.times, times, 1 - freemem() / totalmem())
      this.times = times
      this.sampled = performance.now()
      this.samples.push(made)
      if (this.samples.length > kept) this.samples.shift()
      return made
    } finally {
      this.sampling = false
    }
  }

  /** Why no GPU is shown; empty where one is. */
  get note(): string {
    const latest = this.samples.at(-1)
    return latest && latest.gpus.length === 0
      ? l10n.t('nvidia-smi finds no NVIDIA GPU on this machine; processor and memory are shown.')
      : ''
  }
}

/** Puts a sample together; pure. */
export function collectSample(
  t: number,
  gpus: readonly GpuSample[],
  before: CpuTimes,
  after: CpuTimes,
  memory: number,
): HardwareSample {
  const total = after.total - before.total
  return {
    t,
    gpus: gpus.map(({ name, load, memoryUsed, memoryTotal, temperature }) => ({
      name,
      load: load ?? null,
      memory: memoryUsed !== undefined && memoryTotal ? memoryUsed / memoryTotal : null,
      temperature: temperature ?? null,
    })),
    cpu: total > 0 ? (after.busy - before.busy) / total : 0,
    memory,
  }
}

function cpuTimes(): CpuTimes {
  let [busy, total] = [0, 0]
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq
    total += all
    busy += all - times.idle
  }
  return { busy, total }
}
