import * as l10n from '@vscode/l10n'
import { InvalidArgumentError } from 'commander'

/** Parser of a number from `least` to `most`. */
export function numberOption(least: number, most = Number.POSITIVE_INFINITY) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (Number.isFinite(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(
      Number.isFinite(most)
        ? l10n.t('Give a number from {0} to {1}.', least, most)
        : l10n.t('Give a number of {0} or more.', least),
    )
  }
}

/** Parser of a whole number from `least` to `most`. */
export function integerOption(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(
      most < Number.MAX_SAFE_INTEGER
        ? l10n.t('Give a whole number from {0} to {1}.', least, most)
        : l10n.t('Give a whole number of {0} or more.', least),
    )
  }
}

/** Parser of a version as torch writes its own: `2.6`, `2.6.0+cu124`. */
export function versionOption(text: string): string {
  if (/^\d+(?:\.\d+(?:\.\d+(?:[a-z.+]\S*)?)?)?$/.test(text)) return text
  throw new InvalidArgumentError(l10n.t('Give a version such as 2.6 or 2.6.0+cu124.'))
}

/** Parser of `--percent`: `zero`, or a number whose range is checked where it is used. */
export function percentOption(text: string): number | 'zero' {
  if (text === 'zero') return text
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value)) return value
  throw new InvalidArgumentError(l10n.t('Give a share such as 0.5, or zero.'))
}
