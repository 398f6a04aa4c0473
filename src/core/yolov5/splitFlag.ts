/**
 * A word of a command line, taken apart as argparse does: `--name=value`. A flag without `=` has no value in it, and
 * neither has what is no flag: `runs/a=b.pt` is a path.
 */
export function splitFlag(word: string): readonly [name: string, value: string | undefined] {
  const equals = word.startsWith('-') ? word.indexOf('=') : -1
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}
