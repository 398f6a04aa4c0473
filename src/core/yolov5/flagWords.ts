import type { ScriptFlag } from './release'

/**
 * A word of a command line, taken apart as argparse does: `--name=value`. A flag without `=` has no value in it, and
 * neither has what is no flag: `runs/a=b.pt` is a path.
 */
export function splitFlag(word: string): readonly [name: string, value: string | undefined] {
  const equals = word.startsWith('-') ? word.indexOf('=') : -1
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}

/** Flags that argparse takes a name for: the one that has it, else all that it abbreviates. */
export function matchingFlags(name: string, flags: readonly ScriptFlag[]): readonly ScriptFlag[] {
  const exact = flags.filter(({ names }) => names.includes(name))
  if (exact.length > 0 || !/^--./.test(name)) return exact
  return flags.filter(({ names }) => names.some((known) => known.startsWith(name)))
}

/** The flag that a word of a script's command line gives; undefined where it gives none, or may stand for several. */
export function givenFlag(word: string, flags: readonly ScriptFlag[]): ScriptFlag | undefined {
  const [flag, another] = matchingFlags(splitFlag(word)[0], flags)
  return another ? undefined : flag
}
