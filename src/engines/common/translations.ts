import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import type { ScriptFlag } from '../../core/yolov5/release'
import type { GivenFlag } from './argumentParser'

/** A flag of another release, and what it is in this one: flags to give instead, and a note for the person. */
export type Translation = {
  readonly flag: ScriptFlag
  readonly apply: (values: readonly string[]) => {
    readonly instead: readonly GivenFlag[]
    readonly note: string
  }
}

type FlagShape = Pick<ScriptFlag, 'arity' | 'type' | 'choices'>
const bare: FlagShape = { arity: 'none', type: 'flag' }

/**
 * Flags that other releases have under another name, for a release whose script has `flags`. Sources: train.py of
 * v3.1 to v7.0. `--linear-lr` (v5.0, v6.0) turns a cosine schedule linear; from v6.1 linear is the default and
 * `--cos-lr` turns it cosine.
 */
export function translationsFor(flags: readonly ScriptFlag[]): Translation[] {
  const named = (name: string): ScriptFlag | undefined =>
    flags.find(({ names }) => names.includes(name))
  const translations: Translation[] = []
  const add = (
    name: string,
    shape: FlagShape,
    apply: (values: readonly string[]) => readonly [readonly GivenFlag[], string],
  ): void => {
    if (named(name)) return
    translations.push({
      flag: { names: [name], dest: `other:${name}`, ...shape },
      apply: (values) => {
        const [instead, note] = apply(values)
        return { instead, note }
      },
    })
  }
  const renamed = (from: string, to: string, shape?: FlagShape): void => {
    const target = named(to)
    if (!target) return
    const { arity, type, choices } = shape ?? target
    add(from, { arity, type, ...(choices ? { choices } : {}) }, (values) => [
      [{ flag: target, values }],
      l10n.t('{0} is {1} in this release.', from, to),
    ])
  }

  renamed('--imgsz', '--img-size')
  renamed('--img', '--img-size')
  renamed('--img-size', '--imgsz')
  renamed('--notest', '--noval')
  renamed('--noval', '--notest')

  const optimizer = named('--optimizer')
  const adam = named('--adam')
  if (optimizer) {
    add('--adam', bare, () => [
      [{ flag: optimizer, values: ['Adam'] }],
      l10n.t('--adam is --optimizer Adam in this release.'),
    ])
  } else if (adam) {
    add(
      '--optimizer',
      { arity: 'one', type: 'string', choices: ['SGD', 'Adam', 'AdamW'] },
      ([v]) => {
        if (v === 'SGD') return [[], l10n.t('--optimizer SGD is the default of this release.')]
        if (v === 'AdamW') throw unsupported('--optimizer AdamW', l10n.t('Use SGD or Adam.'))
        return [[{ flag: adam, values: [] }], l10n.t('--optimizer Adam is --adam in this release.')]
      },
    )
  }

  const linearByDefault = named('--cos-lr') !== undefined
  // The evaluation script has no schedule at all.
  if (named('--epochs')) {
    add('--linear-lr', bare, () => {
      if (linearByDefault) return [[], l10n.t('--linear-lr is the default of this release.')]
      throw unsupported(
        '--linear-lr',
        l10n.t('Leave it out: this release only has a cosine schedule.'),
      )
    })
    add('--cos-lr', bare, () => [[], l10n.t('--cos-lr is the default of this release.')])
  }

  const cache = named('--cache')
  const cacheImages = named('--cache-images')
  if (cache) {
    add('--cache-images', bare, () => [
      [{ flag: cache, values: cache.arity === 'none' ? [] : ['ram'] }],
      l10n.t('--cache-images is --cache in this release.'),
    ])
  } else if (cacheImages) {
    const shape: FlagShape = { arity: 'optional', type: 'string', choices: ['ram', 'disk', 'val'] }
    add('--cache', shape, ([where = 'ram']) => {
      if (where !== 'ram') throw unsupported(`--cache ${where}`, l10n.t('Use --cache ram.'))
      return [
        [{ flag: cacheImages, values: [] }],
        l10n.t('--cache is --cache-images in this release.'),
      ]
    })
  }
  return translations
}

/** The error for what another release can do and this one cannot. */
export function unsupported(what: string, remedy: string): SlimError {
  return new SlimError('flags/unsupported', l10n.t('This release cannot do {0}.', what), remedy)
}
