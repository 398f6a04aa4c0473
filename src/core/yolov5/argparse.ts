import { bracketed, codeOnly, keyword, stringValue } from './python'
import type { ScriptFlag } from './release'

const NO_VALUE = new Set([
  'store_true',
  'store_false',
  'store_const',
  'append_const',
  'count',
  'help',
  'version',
])

function arityOf(action: string | undefined, nargs: string | undefined): ScriptFlag['arity'] {
  if (action !== undefined && NO_VALUE.has(action)) return 'none'
  if (nargs === undefined) return 'one'
  return stringValue(nargs) === '?' ? 'optional' : 'many'
}

function typeOf(arity: ScriptFlag['arity'], type: string | undefined): ScriptFlag['type'] {
  if (arity === 'none') return 'flag'
  if (type === 'int' || type === 'float') return type
  return 'string'
}

/** argparse's rule: the first long option names the attribute, else the first short one. */
function destOf(names: readonly string[]): string {
  const first = names.find((name) => name.startsWith('--')) ?? names[0] ?? ''
  return first.replace(/^-+/, '').replaceAll('-', '_')
}

function flagOf(parts: readonly string[]): ScriptFlag | undefined {
  const names: string[] = []
  const options = new Map<string, string>()
  for (const part of parts) {
    const { name, value } = keyword(part)
    if (name !== undefined) {
      options.set(name, value)
      continue
    }
    const literal = stringValue(value)
    if (literal?.startsWith('-')) names.push(literal)
  }
  if (names.length === 0) return undefined
  const text = (key: string): string | undefined => {
    const value = options.get(key)
    return value === undefined ? undefined : stringValue(value)
  }
  const arity = arityOf(text('action'), options.get('nargs'))
  const choices = choicesOf(options.get('choices') ?? '')
  const initial = options.get('default')
  const help = text('help')
  return {
    names,
    dest: text('dest') ?? destOf(names),
    arity,
    type: typeOf(arity, options.get('type')),
    ...(choices.length === 0 ? {} : { choices }),
    ...(initial === undefined ? {} : { default: initial.replace(/\s+/g, ' ') }),
    ...(help === undefined ? {} : { help: help.replaceAll('%%', '%') }),
  }
}

/** The values of a list that is written out; empty where it is computed, for then nothing is known of it. */
function choicesOf(expression: string): readonly string[] {
  if (!/^[[({][^[\](){}]*[\])}]$/.test(expression)) return []
  const values = bracketed(expression, 0).map(
    (part) => stringValue(part) ?? /^-?[\d.]+$/.exec(part)?.[0],
  )
  return values.every((value) => value !== undefined) ? values : []
}

/**
 * The options of a script's `argparse` parser, in the order of the source: every `….add_argument(…)` call
 * whose names begin with a dash. Positional arguments are left out, computed names too.
 */
export function scanFlags(source: string): readonly ScriptFlag[] {
  return scanFlagsOfCode(codeOnly(source))
}

/** {@link scanFlags} for text that {@link codeOnly} has seen already. */
export function scanFlagsOfCode(code: string): readonly ScriptFlag[] {
  const flags: ScriptFlag[] = []
  for (const match of code.matchAll(/\.add_argument\s*\(/g)) {
    const flag = flagOf(bracketed(code, match.index + match[0].length - 1))
    if (flag !== undefined) flags.push(flag)
  }
  return flags
}
