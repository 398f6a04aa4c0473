import { givenFlag, splitFlag } from '../../core/yolov5/flagWords'
import type { ScriptFlag } from '../../core/yolov5/release'

/** What a script goes by, by the names on its `opt`. */
export type ScriptOptions = {
  /** Undefined where it has no such option, or None for it. */
  text(dest: string): string | undefined
  /** 0 where there is none, or where the script works it out: `default=EPOCHS`. */
  number(dest: string): number
}

/**
 * Options of a script: what its words say, else the defaults of its flags.
 *
 * @param saved opt.yaml of a training that goes on, which takes the place of both
 */
export function scriptOptions(
  flags: readonly ScriptFlag[],
  args: readonly string[],
  saved = '',
): ScriptOptions {
  const text = (dest: string) => savedText(saved, dest) ?? flagText(flags, args, dest)
  return {
    text,
    number: (dest) => {
      const value = Number(text(dest) ?? 0)
      return Number.isFinite(value) ? value : 0
    },
  }
}

/**
 * Whether a switch of a script is on: it was typed, or is on by default (`action='store_true', default=True`).
 *
 * @param args what was typed behind the script
 */
export function isOn(flags: readonly ScriptFlag[], args: readonly string[], dest: string): boolean {
  const flag = flags.find((one) => one.dest === dest)
  if (!flag) return false
  return flag.default === 'True' || args.some((arg) => givenFlag(arg, flags) === flag)
}

function flagText(
  flags: readonly ScriptFlag[],
  args: readonly string[],
  dest: string,
): string | undefined {
  const flag = flags.find((one) => one.dest === dest)
  if (!flag) return undefined
  const given = args.flatMap((arg, i) => {
    if (givenFlag(arg, flags) !== flag) return []
    return [splitFlag(arg)[1] ?? args[i + 1] ?? '']
  })
  const fallback = flag.default?.replace(/^['"](.*)['"]$/, '$1')
  return given.at(-1) ?? (fallback === 'None' ? undefined : fallback)
}

/** A field of opt.yaml that is one word or number. */
function savedText(yaml: string, dest: string): string | undefined {
  const field = new RegExp(`^${dest}:[ \\t]*['"]?([^'"\\r\\n]+?)['"]?[ \\t\\r]*$`, 'm')
  return field.exec(yaml)?.[1]
}
