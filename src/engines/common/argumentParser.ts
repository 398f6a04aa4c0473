import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import { matchingFlags, splitFlag } from '../../core/yolov5/flagWords'
import { nearest } from '../../core/yolov5/nearest'
import type { ScriptFlag } from '../../core/yolov5/release'
import { FlagError } from './flagError'

/** A flag as it was given; `values` is empty for a bare one. */
export type GivenFlag = { readonly flag: ScriptFlag; readonly values: readonly string[] }

/** Flags by precedence: an exact name in any list, then a unique beginning in the first list that has one. */
export type FlagLists = readonly (readonly ScriptFlag[])[]

/**
 * Parses arguments as Python's argparse does (`--flag value`, `--flag=value`, unique beginnings, `nargs`), in the
 * order given.
 *
 * @throws SlimError `flags/unknown`, `flags/ambiguous`, `flags/value`, `flags/unexpected`
 */
export function parseArguments(args: readonly string[], lists: FlagLists): GivenFlag[] {
  const given: GivenFlag[] = []
  for (let i = 0; i < args.length; ) {
    const token = args[i] ?? ''
    i++
    if (!looksLikeFlag(token)) {
      throw new SlimError(
        'flags/unexpected',
        l10n.t('"{0}" belongs to no flag.', token),
        given.length > 0
          ? l10n.t('Check what follows {0}: it takes no further value.', nameOf(given.at(-1)?.flag))
          : l10n.t('Write it as --flag {0}.', token),
      )
    }
    const [name, inline] = splitFlag(token)
    const flag = resolveFlag(name, lists)
    let end = i
    if (inline === undefined && flag.arity !== 'none') {
      const most = flag.arity === 'many' ? Number.POSITIVE_INFINITY : 1
      while (end < args.length && end - i < most && !looksLikeFlag(args[end] ?? '')) end++
    }
    const values = inline === undefined ? args.slice(i, end) : [inline]
    i = end
    checkValues(name, flag, values)
    given.push({ flag, values })
  }
  return given
}

/** A flag's own full name. */
export function nameOf(flag: ScriptFlag | undefined): string {
  return flag?.names.find((name) => name.startsWith('--')) ?? flag?.names[0] ?? ''
}

/** argparse takes `-1` and text with a space for values. */
function looksLikeFlag(token: string): boolean {
  if (!token.startsWith('-') || token === '-') return false
  return !/^-(\d+|\d*\.\d+)$/.test(token) && !/^-\S*\s/.test(token)
}

function resolveFlag(name: string, lists: FlagLists): ScriptFlag {
  const swapped = (text: string): string => text.replaceAll('_', '-')
  for (const same of [(n: string) => n === name, (n: string) => swapped(n) === swapped(name)]) {
    for (const list of lists) {
      const exact = list.find(({ names }) => names.some(same))
      if (exact) return exact
    }
  }
  for (const list of lists) {
    const hits = matchingFlags(name, list)
    const [only, another] = hits
    if (another) {
      throw new SlimError(
        'flags/ambiguous',
        l10n.t('{0} could be {1}.', name, hits.map(nameOf).join(', ')),
        l10n.t('Write the flag out.'),
      )
    }
    if (only) return only
  }
  throw unknownFlag(name, lists)
}

/** The error for a flag that is not there, with the nearest that is. */
function unknownFlag(name: string, lists: FlagLists): SlimError {
  const known = lists.flatMap((list) => list.flatMap(({ names }) => names))
  const near = nearest(name, known)
  return new SlimError(
    'flags/unknown',
    l10n.t('This release has no flag {0}.', name),
    near ? l10n.t('Did you mean {0}?', near) : l10n.t('"--help" lists the flags.'),
  )
}

function checkValues(name: string, flag: ScriptFlag, values: readonly string[]): void {
  const wrong = (what: string, remedy: string): FlagError => new FlagError(name, what, remedy)
  if (flag.arity === 'none' && values.length > 0) {
    throw wrong(l10n.t('{0} takes no value.', name), l10n.t('Write {0} alone.', nameOf(flag)))
  }
  if ((flag.arity === 'one' || flag.arity === 'many') && values.length === 0) {
    throw wrong(l10n.t('{0} wants a value.', name), l10n.t('Write it after {0}.', name))
  }
  for (const value of values) {
    if (flag.type === 'int' && !/^\s*[+-]?\d+(_\d+)*\s*$/.test(value)) {
      throw wrong(
        l10n.t('{0} {1}: that is no whole number.', name, value),
        l10n.t('Give a whole number.'),
      )
    }
    if (flag.type === 'float' && !isFloat(value)) {
      throw wrong(l10n.t('{0} {1}: that is no number.', name, value), l10n.t('Give a number.'))
    }
    if (flag.choices && !flag.choices.includes(value)) {
      throw wrong(
        l10n.t('{0} {1}: there is no such choice.', name, value),
        l10n.t('Choose one of {0}.', flag.choices.join(', ')),
      )
    }
  }
}

function isFloat(value: string): boolean {
  return /^\s*[+-]?(\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|inf(inity)?|nan)\s*$/i.test(value)
}
