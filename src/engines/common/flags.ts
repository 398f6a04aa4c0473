import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import type { ScriptFlag } from '../../core/yolov5/release'
import { type GivenFlag, nameOf, parseArguments } from './argumentParser'
import { type OwnFlags, ownFlags, readOwnFlags } from './ownFlags'
import { translationsFor, unsupported } from './translations'

export { type OwnFlags, ownFlags, peekOwnFlags } from './ownFlags'

/** The script's flags that were given, by dest; of one given twice the last, as argparse does. */
export type ScriptFlags = ReadonlyMap<string, GivenFlag>

export type ParsedFlags = {
  readonly own: OwnFlags
  readonly script: ScriptFlags
  /** One sentence for each translation that was made. */
  readonly notes: readonly string[]
}

export type ReleaseFlags = {
  /** `Capabilities.trainFlags` or `evaluationFlags`. */
  readonly flags: readonly ScriptFlag[]
  /** utils/autobatch.py exists, so `--batch-size -1` works. */
  readonly autobatch: boolean
}

/**
 * Sorts what a person typed for a stage into our flags and the script's, checks every value, and translates what
 * other releases spell differently.
 *
 * @throws SlimError `flags/unknown`, `flags/ambiguous`, `flags/value`, `flags/unexpected`, `flags/unsupported`
 */
export function parseFlags(args: readonly string[], release: ReleaseFlags): ParsedFlags {
  const translations = translationsFor(release.flags)
  const script = release.flags.map(withTwoSizes)
  const given = parseArguments(args, [script, ownFlags, translations.map(({ flag }) => flag)])
  const notes: string[] = []
  const values = new Map<string, GivenFlag>()
  const put = (one: GivenFlag): void => {
    values.delete(one.flag.dest)
    values.set(one.flag.dest, oneSize(one, release.flags, notes))
  }
  for (const one of given) {
    if (ownFlags.includes(one.flag)) continue
    const translation = translations.find(({ flag }) => flag === one.flag)
    if (!translation) {
      put(one)
      continue
    }
    const { instead, note } = translation.apply(one.values)
    notes.push(note)
    for (const other of instead) put(other)
  }
  if (values.get('batch_size')?.values[0] === '-1' && !release.autobatch) {
    throw unsupported('--batch-size -1', l10n.t('Give a batch size, such as --batch-size 16.'))
  }
  if (values.has('evolve')) {
    throw new SlimError(
      'flags/unsupported',
      l10n.t('--evolve trains many models, which is no single run.'),
      l10n.t("Run the release's own train.py for it, then give the result with --hyp."),
    )
  }
  return {
    own: readOwnFlags(given.filter(({ flag }) => ownFlags.includes(flag))),
    script: values,
    notes,
  }
}

/** The script's flags as arguments that its argparse reads back the same. */
export function spellFlags(script: ScriptFlags): string[] {
  return [...script.values()].flatMap(({ flag, values }) => {
    const name = nameOf(flag)
    const [only = ''] = values
    // argparse would take such a value for a flag.
    const inline = values.length === 1 && /^-(?![\d.]+$)/.test(only)
    return inline ? [`${name}=${only}`] : [name, ...values]
  })
}

/** The only value of a flag, where it was given with one. */
export function flagValue(script: ScriptFlags, dest: string): string | undefined {
  return script.get(dest)?.values[0]
}

/**
 * The default of a flag as text, from its source: `ROOT / 'data/coco128.yaml'` and `'data/coco128.yaml'` give
 * `data/coco128.yaml`; undefined when it is no string.
 */
export function flagDefault(flags: readonly ScriptFlag[], dest: string): string | undefined {
  const source = flags.find((flag) => flag.dest === dest)?.default
  return source === undefined ? undefined : /^(?:ROOT\s*\/\s*)?(['"])(.*)\1$/.exec(source)?.[2]
}

const isSize = ({ names }: ScriptFlag): boolean => names.includes('--img-size')

/** Up to v5.0 `--img-size` is a pair, for training and testing; later it is one size, so a pair must parse. */
function withTwoSizes(flag: ScriptFlag): ScriptFlag {
  return isSize(flag) && flag.arity === 'one' ? { ...flag, arity: 'many' } : flag
}

function oneSize(given: GivenFlag, flags: readonly ScriptFlag[], notes: string[]): GivenFlag {
  const original = flags.find(({ dest }) => dest === given.flag.dest)
  if (!original || !isSize(original)) return given
  const { values } = given
  if (values.length > 2) {
    throw new SlimError(
      'flags/value',
      l10n.t('--img-size takes at most two sizes, not {0}.', values.length),
      l10n.t('Give one size, such as --img-size 640.'),
    )
  }
  const [first, second] = values
  if (original.arity !== 'one' || first === undefined || second === undefined) {
    return { flag: original, values }
  }
  notes.push(
    first === second
      ? l10n.t('This release takes one image size: {0}.', first)
      : l10n.t(
          'This release trains and tests at one image size: {0}; {1} is ignored.',
          first,
          second,
        ),
  )
  return { flag: original, values: [first] }
}
