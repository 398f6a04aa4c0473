import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { splitFlag } from '../../core/yolov5/flagWords'
import type { ScriptFlag } from '../../core/yolov5/release'
import type { GivenFlag } from '../../engines/common/argumentParser'
import {
  flagDefault,
  ownFlags,
  type ParsedFlags,
  parseFlags,
  spellFlags,
} from '../../engines/common/flags'
import { within } from './candidates'
import { type Field, joinArguments, type Values } from './field'

/** Words that started a run, to start another one with. */
export type Typed = {
  /** After the stage. */
  readonly args: readonly string[]
  /** Folder that they were typed in. */
  readonly cwd: string
}

/** What the form says by itself: the stage, the place, and how it is started. */
const unasked = ['st', 'checkout', 'queue', 'detach', 'json']

/**
 * The values of a form that come to a command line: the reverse of `toArguments`. A field whose flag was not given
 * gets what the script takes then; what no field takes goes to the other flags.
 *
 * @param flags those of the stage's script
 * @param except keys of fields that are filled in otherwise
 */
export function valuesOf(
  { args, cwd }: Typed,
  fields: readonly Field[],
  flags: readonly ScriptFlag[],
  root: string,
  except: readonly string[] = [],
): Values {
  const values: Record<string, string> = {}
  for (const field of fields) values[field.key] = withoutFlag(field, flags)
  const all = givenIn(args, flags)
  if (!all) {
    const replaced = fields.flatMap(({ key, flag }) => (flag && except.includes(key) ? [flag] : []))
    const more = args.filter((word, i) => {
      return ![splitFlag(word)[0], args[i - 1]].some((one) => replaced.includes(one ?? ''))
    })
    return { ...values, more: joinArguments(more) }
  }
  const rest = all.filter((given) => {
    const field = fields.find((one) => takes(one, given.flag))
    const value = field && heldBy(field, given)
    if (!field || value === undefined) return true
    if (!except.includes(field.key)) {
      values[field.key] = field.control.kind === 'file' ? placed(value, cwd, root) : value
    }
    return false
  })
  const more = spellFlags(new Map(rest.map((given) => [given.flag.dest, given])))
  return { ...values, more: joinArguments(more) }
}

/** Undefined where this release refuses them: the form will say so beside the other flags. */
function givenIn(
  args: readonly string[],
  flags: readonly ScriptFlag[],
): readonly GivenFlag[] | undefined {
  let parsed: ParsedFlags
  try {
    parsed = parseFlags(args, { flags, autobatch: true })
  } catch {
    return undefined
  }
  const { script, own } = parsed
  const ours = ownFlags.flatMap((flag): GivenFlag[] => {
    const value = (own as Readonly<Record<string, unknown>>)[flag.dest]
    if (value === undefined || unasked.includes(flag.dest)) return []
    return [{ flag, values: value === true ? [] : [String(value)] }]
  })
  return [...script.values(), ...ours]
}

function takes({ flag }: Field, { names }: ScriptFlag): boolean {
  if (flag === undefined) return false
  // Up to v5.0 it has that name alone.
  return names.includes(flag) || (flag === '--imgsz' && names.includes('--img-size'))
}

/** What a field holds of a flag's values; undefined where it cannot. */
function heldBy({ control, spread }: Field, { values }: GivenFlag): string | undefined {
  const [first, ...others] = values
  if (control.kind === 'switch') return first === undefined ? 'true' : undefined
  if (first === undefined) return undefined
  if (control.kind === 'choice' && !control.choices.some(({ value }) => value === first)) {
    return undefined
  }
  if (spread) return joinArguments(values)
  return others.every((other) => other === first) ? first : undefined
}

/** What a field shows where its flag is not given. */
function withoutFlag(field: Field, flags: readonly ScriptFlag[]): string {
  const { key, control, initial, silent, empty, advanced } = field
  // A run's name is its own.
  if (advanced || key === 'name') return initial
  if (control.kind === 'choice' && control.choices.some(({ value }) => value === silent)) {
    return silent ?? initial
  }
  const flag = flags.find((one) => takes(field, one))
  if (!flag) return initial
  const number = /^-?\d+(\.\d+)?$/.exec(flag.default ?? '')?.[0]
  return flagDefault(flags, flag.dest) ?? number ?? (empty === undefined ? initial : '')
}

/** A path that was typed in one folder as the form writes it in another. */
function placed(path: string, cwd: string, root: string): string {
  const full = resolve(cwd, path)
  return path !== '' && cwd !== root && existsSync(full) ? within(root, full) : path
}
