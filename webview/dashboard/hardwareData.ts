import * as l10n from '@vscode/l10n'
import type { HardwareSample, RunView } from '../../src/extension/dashboard/contract'

/** Samples further apart, in milliseconds, have nothing between them: this machine was not watched. */
const gapMs = 30_000

/** Values over the minutes since the first sample, with a gap where the machine was not watched for a while. */
export function hardwarePoints(
  samples: readonly HardwareSample[],
  value: (sample: HardwareSample) => number | null,
): { readonly x: number[]; readonly y: number[] } {
  const begin = samples[0]?.t ?? 0
  const points = samples.flatMap((sample, i) => {
    const { t } = sample
    const before = samples[i - 1]?.t ?? t
    const gap = t - before > gapMs ? [{ t: (before + t) / 2, y: Number.NaN }] : []
    return [...gap, { t, y: value(sample) ?? Number.NaN }]
  })
  return { x: points.map(({ t }) => (t - begin) / 60_000), y: points.map(({ y }) => y) }
}

type Shown = {
  readonly runs: readonly { readonly view: Pick<RunView, 'name' | 'elsewhere'> }[]
  readonly hardware: readonly HardwareSample[]
  readonly hardwareNote: string
}

/** Which runs go on on a machine that is not watched, and what else is to be said of what is shown. */
export function hardwareText({ runs, hardware, hardwareNote }: Shown): string {
  const away = runs.flatMap(({ view: { name, elsewhere } }) =>
    elsewhere === undefined
      ? []
      : [l10n.t('{0} runs on {1}, not on this machine.', name, elsewhere)],
  )
  const idle = l10n.t(
    'This machine is watched while a run of this page goes on and the page is open.',
  )
  if (hardware.length > 0) return [...away, hardwareNote].join(' ').trim()
  return away.length > 0 ? away.join(' ') : idle
}
