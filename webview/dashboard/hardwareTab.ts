import * as l10n from '@vscode/l10n'
import type { HardwareSample } from '../../src/extension/dashboard/contract'
import { ChartFrame } from '../charts/frame'
import { type Line, linePicture } from '../charts/linePicture'
import { readTheme } from '../charts/theme'
import { element } from '../common/element'
import type { PageContext, TabPart } from './context'
import { hardwarePoints, hardwareText } from './hardwareData'
import type { Change } from './model'

/** Load, memory and temperature while a run goes on. */
export class HardwareTab implements TabPart {
  readonly root: HTMLElement
  private readonly note = element('p', { class: 'muted', role: 'status' })
  private readonly load: ChartFrame
  private readonly memory: ChartFrame
  private readonly temperature: ChartFrame

  constructor(private readonly context: PageContext) {
    const { save } = context
    this.load = new ChartFrame({ title: l10n.t('Load, %'), file: 'load', save })
    this.memory = new ChartFrame({ title: l10n.t('Memory in use, %'), file: 'memory', save })
    this.temperature = new ChartFrame({
      ...{ title: l10n.t('GPU temperature, °C'), file: 'temperature', save },
    })
    const charts = [this.load.root, this.memory.root, this.temperature.root]
    this.root = element('div', {}, this.note, element('div', { class: 'grid' }, ...charts))
  }

  draw(change?: Change): void {
    const { model } = this.context
    const { hardware } = model
    const none = hardware.length === 0
    const text = hardwareText(model)
    // What did not change would be read out again.
    if (this.note.textContent !== text) this.note.textContent = text
    if (change === 'runs') return
    for (const frame of [this.load, this.memory]) frame.root.hidden = none
    const temperatures = gpuLines(hardware, ({ temperature }) => temperature)
    this.temperature.root.hidden = temperatures.length === 0
    if (none) return
    const machine = (name: string, pick: (sample: HardwareSample) => number): Line => ({
      ...hardwarePoints(hardware, (sample) => 100 * pick(sample)),
      ...{ name, color: readTheme().muted },
    })
    this.show(this.load, [
      ...gpuLines(hardware, ({ load }) => percent(load)),
      machine(l10n.t('processor'), ({ cpu }) => cpu),
    ])
    this.show(this.memory, [
      ...gpuLines(hardware, ({ memory }) => percent(memory)),
      machine(l10n.t('main memory'), ({ memory }) => memory),
    ])
    if (temperatures.length > 0) this.show(this.temperature, temperatures)
  }

  private show(frame: ChartFrame, lines: readonly Line[]): void {
    frame.show(() =>
      linePicture({
        ...{ lines, legend: true, min: 0, xTitle: l10n.t('minutes') },
        ...(frame === this.temperature ? {} : { max: 100 }),
        formatX: (x) => x.toFixed(1),
        formatY: (y) => y.toFixed(0),
        summary: lines
          .map(({ name, y }) => `${name} ${(y[y.length - 1] ?? Number.NaN).toFixed(0)}`)
          .join('; '),
      }),
    )
  }
}

type Gpu = HardwareSample['gpus'][number]

/** A line for each GPU that tells the value at all. */
function gpuLines(samples: readonly HardwareSample[], pick: (gpu: Gpu) => number | null): Line[] {
  const { series } = readTheme()
  const count = Math.max(0, ...samples.map(({ gpus }) => gpus.length))
  return Array.from({ length: count }, (_, index): Line => {
    const name = samples.findLast(({ gpus }) => gpus[index])?.gpus[index]?.name ?? ''
    return {
      ...hardwarePoints(samples, ({ gpus }) => (gpus[index] ? pick(gpus[index]) : null)),
      name: count > 1 ? `${index}: ${name}` : name,
      color: series[index % series.length] ?? '',
    }
  }).filter(({ y }) => Array.from(y).some(Number.isFinite))
}

function percent(share: number | null): number | null {
  return share === null ? null : share * 100
}
