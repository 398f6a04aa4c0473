import { posix } from 'node:path'
import type { Range } from '../finding'
import type { Clone } from './clone'
import { shellCommands, type Word } from './shellWords'
import type { Snippet } from './snippet'

/** A word with its place in the file. */
export type PlacedWord = Omit<Word, 'start' | 'end'> & { readonly range: Range }

/** `python SCRIPT ARGS…` in a shell script, a notebook, or a string. */
export type Invocation = {
  /** Relative to the clone's root, with forward slashes. */
  readonly script: string
  readonly scriptWord: PlacedWord
  readonly args: readonly PlacedWord[]
  /** The interpreter and its options stand before the script, so `yolov5-slim` could. */
  readonly launcher?: PlacedWord
}

/** The folder that commands run in, relative to the root; undefined for elsewhere. */
export type Cwd = { folder: string | undefined }

const PREFIX = /^(?:sudo|nohup|time|exec|env|nice|then|do|else|if|while|!|\\)$/
const PYTHON = /^(?:.*[\\/])?python[\d.]*(?:\.exe)?$/
const OPEN_PYTHON = /^(?:\$\{?PYTHON\w*\}?|\{?sys\.executable\}?)$/i
const LAUNCHER = /^(?:.*\/)?(?:torchrun|accelerate)$/

/** Options of `python` that take a word. */
const PYTHON_VALUE = new Set(['-W', '-X'])

/** Index of the script among the words of a command, and of what starts it; undefined where there is none. */
function findScript(words: readonly Word[]): { script: number; launcher?: number } | undefined {
  let at = 0
  while (at < words.length) {
    const { text } = words[at] as Word
    if (!PREFIX.test(text) && !/^\w+=/.test(text)) break
    at++
  }
  const first = words[at]
  if (first === undefined) return undefined
  if (/\.py$/.test(first.text) && !first.open) return { script: at }
  const launcher = at
  if (LAUNCHER.test(first.text)) return afterLauncher(words, at + 1, launcher)
  if (!PYTHON.test(first.text) && !OPEN_PYTHON.test(first.text)) return undefined
  for (at++; at < words.length; at++) {
    const { text } = words[at] as Word
    if (text === '-c') return undefined
    if (text === '-m') {
      const module = words[at + 1]?.text ?? ''
      return /^torch\.distributed\.(?:launch|run)$/.test(module)
        ? afterLauncher(words, at + 2, launcher)
        : undefined
    }
    if (PYTHON_VALUE.has(text)) at++
    else if (!text.startsWith('-')) break
  }
  return /\.py$/.test(words[at]?.text ?? '') ? { script: at, launcher } : undefined
}

function afterLauncher(
  words: readonly Word[],
  from: number,
  launcher: number,
): { script: number; launcher: number } | undefined {
  const script = words.findIndex((word, at) => at >= from && /\.py$/.test(word.text))
  return script < 0 ? undefined : { script, launcher }
}

/** Where `path` lies in the clone, seen from `folder`; undefined for elsewhere. */
function fromRoot(path: string, folder: string | undefined, clone: Clone): string | undefined {
  const plain = path.replaceAll('\\', '/')
  const root = clone.detection.root.replaceAll('\\', '/')
  if (plain.startsWith(`${root}/`)) return posix.normalize(plain.slice(root.length + 1))
  if (/^(?:\/|~|[A-Za-z]:)/.test(plain)) {
    // On another machine the clone lies elsewhere, mostly under its own name.
    const inner = /\/yolov5(?:-[\w.]+)?\/(.+)$/i.exec(plain)?.[1]
    return inner === undefined ? undefined : posix.normalize(inner)
  }
  if (folder === undefined) return undefined
  const joined = posix.join(folder, plain)
  return joined.startsWith('..') ? undefined : joined
}

/** What `cd` does to the folder that commands run in. */
function changeFolder(target: Word | undefined, cwd: Cwd, clone: Clone): void {
  const path = target?.text.replace(/\/+$/, '') ?? ''
  // `cd "$(dirname "$0")"` goes where the script lies, which is mostly the root; its words are not kept.
  if (target?.open === true) {
    if (path !== '' && !/dirname|BASH_SOURCE/.test(path)) cwd.folder = undefined
    return
  }
  const name = posix.basename(path.replaceAll('\\', '/'))
  const root = posix.basename(clone.detection.root.replaceAll('\\', '/'))
  const inside = fromRoot(path, cwd.folder, clone)
  if (/^[^/~]/.test(path) && inside !== undefined && clone.has(inside)) cwd.folder = inside
  else cwd.folder = name === root || /^yolov5(?:-[\w.]+)?$/i.test(name) ? '' : undefined
}

/** Every `python SCRIPT …` of a shell text that runs in the clone, following its `cd`s, as {@link invocationsOf}. */
export function invocations(snippet: Snippet, clone: Clone, cwd: Cwd): readonly Invocation[] {
  return invocationsOf(shellCommands(snippet.text), snippet, clone, cwd)
}

/**
 * The commands that run a script of the clone.
 *
 * @param commands words of each, with their places in `snippet`
 * @param cwd where they start; left where they end
 */
export function invocationsOf(
  commands: readonly (readonly Word[])[],
  snippet: Snippet,
  clone: Clone,
  cwd: Cwd,
): readonly Invocation[] {
  const found: Invocation[] = []
  const place = ({ start, end, ...word }: Word): PlacedWord => ({
    ...word,
    range: snippet.range(start, end),
  })
  for (const words of commands) {
    const [first] = words
    if (first?.text === 'cd' || first?.text === 'pushd') {
      changeFolder(words[1], cwd, clone)
      continue
    }
    // `%run train.py …`, whose mark is gone.
    const typed =
      first?.text === 'run' && /\.py$/.test(words[1]?.text ?? '') ? words.slice(1) : words
    const at = findScript(typed)
    const scriptWord = at === undefined ? undefined : typed[at.script]
    if (at === undefined || scriptWord === undefined || scriptWord.open) continue
    const script = fromRoot(scriptWord.text, cwd.folder, clone)
    if (script === undefined) continue
    const launcher = at.launcher === undefined ? undefined : typed[at.launcher]
    found.push({
      script,
      scriptWord: place(scriptWord),
      args: typed.slice(at.script + 1).map(place),
      ...(launcher === undefined ? {} : { launcher: place(launcher) }),
    })
  }
  return found
}

/** The first value of a flag, by any of its spellings: `--cfg x`, `--cfg=x`. Undefined where it is not given. */
export function flagValue({ args }: Invocation, names: readonly string[]): PlacedWord | undefined {
  for (const [at, word] of args.entries()) {
    const equals = word.text.indexOf('=')
    const name = equals < 0 ? word.text : word.text.slice(0, equals)
    if (!names.includes(name)) continue
    if (equals < 0) {
      const value = args[at + 1]
      return value?.text.startsWith('--') ? undefined : value
    }
    const { end } = word.range
    const start = { line: end.line, character: end.character - (word.text.length - equals - 1) }
    return { ...word, text: word.text.slice(equals + 1), range: { start, end } }
  }
  return undefined
}
