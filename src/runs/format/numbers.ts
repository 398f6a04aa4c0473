import * as l10n from '@vscode/l10n'

/** Bytes as people say them: `11.7 MB` (powers of 1000, as disks and downloads count). */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : threeDigits(value)} ${units[unit]}`
}

/** Counts: `7.23 M`, `66.1 k`, `812`. */
export function formatCount(count: number): string {
  if (count >= 999_500) return `${threeDigits(count / 1e6)} M`
  return count >= 1000 ? `${threeDigits(count / 1000)} k` : String(count)
}

/** Seconds as `8 s`, `4:10`, `1:02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return l10n.t('{0} s', whole)
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** A share from 0 to 1 as `70.4 %`. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** A learning rate, sr or gamma: three significant digits, no trailing zeros. */
export function formatSmall(value: number): string {
  return String(Number(value.toPrecision(3)))
}

/** mAP, precision and recall: three decimals, `–` where there is none. */
export function formatScore(score: number | null | undefined): string {
  return typeof score === 'number' && Number.isFinite(score) ? score.toFixed(3) : '–'
}

/** How much smaller: `8.5×`. */
export function formatFactor({ before, after }: { before: number; after: number }): string {
  return after > 0 ? `${threeDigits(before / after)}×` : '–'
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0)
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2)
}
