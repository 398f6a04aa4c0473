import * as l10n from '@vscode/l10n'

type Check = (value: string) => string | undefined

/** The first complaint of several checks. */
export function all(...checks: readonly Check[]): Check {
  return (value) => {
    for (const check of checks) {
      const complaint = check(value)
      if (complaint !== undefined) return complaint
    }
    return undefined
  }
}

export function optional(check: Check): Check {
  return (value) => (value.trim() === '' ? undefined : check(value))
}

export function wholeNumber(least: number): Check {
  return (value) =>
    /^\d+$/.test(value.trim()) && Number(value) >= least
      ? undefined
      : l10n.t('A whole number of at least {0}', least)
}

export const integer: Check = (value) =>
  /^[+-]?\d+$/.test(value.trim()) ? undefined : l10n.t('A whole number')

export const number: Check = (value) =>
  value.trim() !== '' && Number.isFinite(Number(value)) ? undefined : l10n.t('A number')

/** No spaces: from v6.1 on `select_device` counts them as GPUs that it lacks, and the built-in engine refuses them. */
export const device: Check = (value) =>
  /^(cpu|mps|cuda|gpu|webgpu|native|wasm|(cuda:)?\d+(,(cuda:)?\d+)*)$/.test(value.trim())
    ? undefined
    : l10n.t('GPU numbers such as 0 or 0,1; or cpu')

export const closedQuotes: Check = (value) =>
  (value.match(/"/g)?.length ?? 0) % 2 === 0 && (value.match(/'/g)?.length ?? 0) % 2 === 0
    ? undefined
    : l10n.t('A quote is not closed')

/** Batch sizes: -1 lets releases that can choose. */
export const batchSize: Check = (value) =>
  value.trim() === '-1' ? undefined : wholeNumber(1)(value)

/** Whether the model has whole strides of it is told beside the field: releases round it up. */
export const imageSize: Check = wholeNumber(32)

export const sparsityStrength: Check = (value) => {
  const text = value.trim()
  if (text === 'auto' || (text !== '' && Number(text) > 0 && Number(text) < 1)) return undefined
  return l10n.t('"auto", or a number between 0 and 1, such as 0.005')
}

export const share: Check = (value) => {
  const text = value.trim()
  if (text !== '' && Number(text) > 0 && Number(text) < 1) return undefined
  if (Number(text) >= 1 && Number(text) < 100) {
    return l10n.t('A share, not a percentage: {0} for {1} %', Number(text) / 100, text)
  }
  return l10n.t('A number between 0 and 1, such as 0.5')
}

/** A run's folder below runs/. */
export const runName: Check = (value) =>
  /^[^\\/:*?"<>|]+$/.test(value) && !/^\.+$/.test(value.trim())
    ? undefined
    : l10n.t('A folder name, such as yolov5s-sparse')

export function file(extensions: readonly string[], exists: (path: string) => boolean): Check {
  return (value) => {
    const path = value.trim()
    if (path === '') return l10n.t('A file is needed here')
    if (!extensions.some((extension) => path.toLowerCase().endsWith(`.${extension}`))) {
      return l10n.t('A file that ends in .{0}', extensions.join(', .'))
    }
    return exists(path)
      ? undefined
      : l10n.t('There is no file {0}: correct the path, or browse for it', path)
  }
}
