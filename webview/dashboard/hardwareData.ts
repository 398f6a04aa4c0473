import type { HardwareSample } from '../../src/extension/dashboard/contract'

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
