import type { ScriptFlag } from './release'

/**
 * A word of a command line, taken apart as argparse does: `--name=value`. A flag without `=` has no value in it, and
 * neither has what is no flag: `runs/a=b.pt` is a path.
 */
export function splitFlag(word: string): readonly [name: string, value: string | undefined] {
  const equals = word.startsWith('-') ? word.indexOf('=') : -1
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}

/**
 * Flags that argparse takes a name for: the one that has it, else all that it abbreviates. Of several parsers' flags
 * of one name, the first.
 */
export function matchingFlags(name: string, flags: readonly ScriptFlag[]): readonly ScriptFlag[] {
  const exact = flags.find(({ names }) => names.includes(name))
  if (exact !== undefined) return [exact]
  if (!/^--./.test(name)) return []
  const abbreviated = flags.filter(({ names }) => names.some((known) => known.startsWith(name)))
  return abbreviated.filter((flag, at) => sameFlags(flag, abbreviated.slice(0, at)).length === 0)
}

/** Flags that share a name with this one: scripts with subcommands have a parser for each. */
export function sameFlags(
  { names }: ScriptFlag,
  flags: readonly ScriptFlag[],
): readonly ScriptFlag[] {
  return flags.filter((other) => other.names.some((name) => names.includes(name)))
}

/** The flag that a word of a script's command line gives; undefined where it gives none, or may stand for several. */
export function givenFlag(word: string, flags: readonly ScriptFlag[]): ScriptFlag | undefined {
  const [flag, another] = matchingFlags(splitFlag(word)[0], flags)
  return another ? undefined : flag
}
