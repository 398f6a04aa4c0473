import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { splitFlag } from '../../core/yolov5/flagWords'
import type { RunManifest } from '../../runs/manifest'

/** Flags of a training whose value is a path, taken from where one stands. */
const pathFlags = ['--project', '--data', '--hyp', '--python', '--checkout']

/** Flags of how a run was started, which say nothing about the training. */
const launchFlags = ['--resume', '--detach', '--json']

/** Flags that mean something to sparse training alone, or that the finetuning gets from the prune. */
const sparseOnly = ['--sr', '--reg', '--sr-schedule', '--percent', '--weights', '--cfg', '--name']

/** Whether sparse training shall go on instead of beginning. */
export function asksToResume(args: readonly string[]): boolean {
  return args.some((arg) => gives(arg, '--resume'))
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

/** The flags of the finetuning in a loop with these flags, from the pruned checkpoint. */
export function finetuneWords(words: readonly string[], pruned: string): readonly string[] {
  const name = lastValue(words, '--name')
  // Unnamed, it would go to the folder of the sparse training and write over the weights there.
  const left = name ? sparseOnly : [...sparseOnly, '--exist-ok', '--exist_ok']
  return [
    ...[...without(words, left), '--weights', pruned],
    ...(name ? ['--name', `${name}-finetuned`] : []),
  ]
}

/** The value of a flag, the last where it is given again; undefined where it is not given. */
export function lastValue(args: readonly string[], flag: string): string | undefined {
  const at = args.findLastIndex((arg) => gives(arg, flag))
  return at < 0 ? undefined : (splitFlag(args[at] ?? '')[1] ?? args[at + 1])
}

/** The arguments without these flags and their one value each, if any, and without `--st`. */
export function without(args: readonly string[], flags: readonly string[]): string[] {
  const isLeft = (word: string): boolean => flags.some((flag) => gives(word, flag))
  return args.filter((arg, i) => {
    const [before, joined] = splitFlag(args[i - 1] ?? '')
    const isValue = isLeft(before) && joined === undefined && !arg.startsWith('--')
    return arg !== '--st' && !isLeft(arg) && !isValue
  })
}

/** The same words for whoever stands elsewhere. */
function rooted(words: readonly string[], from: string): readonly string[] {
  return words.map((word, i) => {
    const [flag, inline] = splitFlag(word)
    if (inline !== undefined) return `${flag}=${placed(flag, inline, from)}`
    const [before, joined] = splitFlag(words[i - 1] ?? '')
    return joined === undefined ? placed(before, word, from) : word
  })
}

function placed(flag: string, value: string, from: string): string {
  if (!pathFlags.some((one) => gives(flag, one)) || value === '') return value
  const path = resolve(from, value)
  // Else it may be one that the checkout has, or a program's name.
  return gives(flag, '--project') || existsSync(path) ? path : value
}

/**
 * Whether a word gives a flag, by its name or by a beginning of it. The sparse training before has taken the words, which
 * it would not have where a beginning is of two flags.
 */
function gives(word: string, flag: string): boolean {
  const [name] = splitFlag(word)
  return /^--./.test(name) && flag.startsWith(name)
}
