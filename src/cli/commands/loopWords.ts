import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { splitFlag } from '../../core/yolov5/splitFlag'
import type { RunManifest } from '../../runs/manifest'

/** Flags of a training whose value is a path, taken from where one stands. */
const pathFlags = ['--project', '--data', '--hyp', '--python', '--checkout']

/** Flags of how a run was started, which say nothing about the training. */
const launchFlags = ['--resume', '--detach', '--json']

/** Whether sparse training shall go on instead of beginning. */
export function asksToResume(args: readonly string[]): boolean {
  return args.some((arg) => splitFlag(arg)[0] === '--resume')
}

/**
 * The flags of a run that goes on, as those of a loop: what it was started with, then what was given now, which counts.
 *
 * @param here absolute path of the current folder, which paths among the flags then start from
 */
export function resumedWords(
  { commandLine, cwd }: Pick<RunManifest, 'commandLine' | 'cwd'>,
  args: readonly string[],
  here: string,
): readonly string[] {
  const began = without(commandLine.slice(1), launchFlags)
  return [...(cwd === here ? began : rooted(began, cwd)), ...without(args, launchFlags)]
}

/** The value of a flag, the last where it is given again; undefined where it is not given. */
export function lastValue(args: readonly string[], flag: string): string | undefined {
  const at = args.findLastIndex((arg) => splitFlag(arg)[0] === flag)
  return at < 0 ? undefined : (splitFlag(args[at] ?? '')[1] ?? args[at + 1])
}

/** The arguments without these flags and their one value each, if any, and without `--st`. */
export function without(args: readonly string[], flags: readonly string[]): string[] {
  return args.filter((arg, i) => {
    const before = args[i - 1] ?? ''
    const isValue = flags.includes(before) && !arg.startsWith('--')
    return arg !== '--st' && !flags.includes(splitFlag(arg)[0]) && !isValue
  })
}

/** The same words for whoever stands elsewhere. */
function rooted(words: readonly string[], from: string): readonly string[] {
  return words.map((word, i) => {
    const [flag, inline] = splitFlag(word)
    if (inline !== undefined) return `${flag}=${placed(flag, inline, from)}`
    return placed(words[i - 1] ?? '', word, from)
  })
}

function placed(flag: string, value: string, from: string): string {
  if (!pathFlags.includes(flag) || value === '') return value
  const path = resolve(from, value)
  // Else it may be one that the checkout has, or a program's name.
  return flag === '--project' || existsSync(path) ? path : value
}
