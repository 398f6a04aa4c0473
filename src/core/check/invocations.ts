import type { Range } from '../finding'
import { givenFlag, splitFlag } from '../yolov5/flagWords'
import type { ScriptFlag } from '../yolov5/release'
import type { Clone } from './clone'
import { shellCommands, type Word } from './shellWords'
import type { Snippet } from './snippet'
import { type Cwd, follower, fromRoot } from './workingFolder'

/** A word with its place in the file. */
export type PlacedWord = Omit<Word, 'start' | 'end'> & {
  readonly range: Range
  /** The range holds more than the word: the flag before it, and quotes. */
  readonly wider?: true
}

/** `python SCRIPT ARGS…` in a shell script, a notebook, or a string. */
export type Invocation = {
  /** Relative to the clone's root, with forward slashes. */
  readonly script: string
  readonly scriptWord: PlacedWord
  /** Where `script` ends that word, inside of any quotes; absent where it is not written so. */
  readonly scriptTail?: Range
  readonly args: readonly PlacedWord[]
  /** The interpreter and its options stand before the script, so `yolov5-slim` could. */
  readonly launcher?: PlacedWord
  /** It may be a sentence that begins like a command. */
  readonly prose?: true
}

/** What may stand before a command and takes no words of its own. */
const PREFIX = /^(?:then|do|else|if|elif|while|until|call|!|\{|\\)$/
/** Programs that run the command among their words. */
const RUNNER =
  /^(?:.*\/)?(?:sudo|doas|nohup|time|exec|command|env|nice|ionice|timeout|stdbuf|setsid|taskset|numactl|unbuffer|xvfb-run|srun|mpirun|mpiexec|conda|mamba|micromamba|uv|poetry|pipenv|pdm|rye|hatch|cmd|start)(?:\.exe|\.bat)?$/i
const PYTHON = /^(?:.*[\\/])?(?:python[\d.]*|pythonw|py|pypy3?)(?:\.exe)?$/i
/** `$PYTHON`, `%PY%`, `{sys.executable}`. */
const OPEN_PYTHON = /^(?:\$?\{?(?:\w*_)?PY(?:THON\w*|\d)?(?::-[^}]*)?\}?%?|\{?sys\.executable\}?)$/i
const LAUNCHER = /^(?:.*\/)?(?:torchrun|accelerate)$/

/** Options of `python` that take a word. */
const PYTHON_VALUE = new Set(['-W', '-X'])

const isPython = ({ text, open }: Pick<Word, 'text' | 'open'>): boolean =>
  PYTHON.test(text) || (open && OPEN_PYTHON.test(text))

/** Where the script stands among the words of a command, and what starts it. */
type Place = { readonly script: number; readonly launcher?: number }

function findScript(words: readonly Word[]): Place | undefined {
  const at = words.findIndex(({ text }) => !PREFIX.test(text) && !/^\w+=/.test(text))
  const first = words[at]
  if (first === undefined) return undefined
  if (!RUNNER.test(first.text)) return startedAt(words, at)
  for (let next = at + 1; next < words.length; next++) {
    // An environment may be called py, so the first match need not be the right one.
    const { text, open } = words[next] as Word
    const starts = LAUNCHER.test(text) || isPython({ text, open })
    const place = starts ? startedAt(words, next) : undefined
    if (place !== undefined) return place
  }
  return ownCommand(words, at + 1)
}

/** Whether a text has a command in it that runs a script by an interpreter. */
export function startsScript(text: string): boolean {
  return shellCommands(text).some((words) => findScript(words)?.launcher !== undefined)
}

/** The script of a command that begins at `launcher`. */
function startedAt(words: readonly Word[], launcher: number): Place | undefined {
  const first = words[launcher]
  if (first === undefined) return undefined
  if (/\.py$/.test(first.text) && !first.open) return { script: launcher }
  if (LAUNCHER.test(first.text)) return afterLauncher(words, launcher + 1, launcher)
  if (!isPython(first)) return undefined
  let at = launcher + 1
  for (; at < words.length; at++) {
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

/** `nohup ./train.py`, `uv run train.py`: a script that is run as it is, right after what runs it. */
function ownCommand(words: readonly Word[], from: number): Place | undefined {
  const script = words.findIndex(({ text }, at) => at >= from && text !== 'run')
  const word = words[script]
  return word !== undefined && /\.py$/.test(word.text) && !word.open ? { script } : undefined
}

function afterLauncher(words: readonly Word[], from: number, launcher: number): Place | undefined {
  const script = words.findIndex((word, at) => at >= from && /\.py$/.test(word.text))
  return script < 0 ? undefined : { script, launcher }
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
  const follow = follower(cwd, snippet.text, clone)
  for (const words of commands) {
    if (follow(words)) continue
    const [first] = words
    const name = first?.quoted === false ? first.text : ''
    // `%run train.py …`, whose mark is gone.
    const typed = name === 'run' && /\.py$/.test(words[1]?.text ?? '') ? words.slice(1) : words
    const at = findScript(typed)
    const scriptWord = at === undefined ? undefined : typed[at.script]
    if (at === undefined || scriptWord === undefined || scriptWord.open) continue
    const script = fromRoot(scriptWord.text, cwd, clone)
    if (script === undefined) continue
    const launcher = at.launcher === undefined ? undefined : typed[at.launcher]
    const scriptTail = tailOf(scriptWord, script, snippet)
    found.push({
      script,
      scriptWord: place(scriptWord),
      ...(scriptTail === undefined ? {} : { scriptTail }),
      args: typed.slice(at.script + 1).map(place),
      ...(launcher === undefined ? {} : { launcher: place(launcher) }),
      ...(snippet.prose ? { prose: true } : {}),
    })
  }
  return found
}

function tailOf({ start, end }: Word, tail: string, { text, range }: Snippet): Range | undefined {
  const written = text.slice(start, end).replace(/["']$/, '').replaceAll('\\', '/')
  const last = start + written.length
  return written.endsWith(tail) ? range(last - tail.length, last) : undefined
}

/** argparse's rule: what looks like a negative number is a value. */
export function isFlag({ text }: PlacedWord): boolean {
  return /^-./.test(text) && !/^-(?:\d+|\d*\.\d+)$/.test(text)
}

/** Whether a word of a command line gives a flag, by its name or what argparse takes for an abbreviation of it. */
function gives({ text }: PlacedWord, flag: string, flags: readonly ScriptFlag[]): boolean {
  return splitFlag(text)[0] === flag || (givenFlag(text, flags)?.names.includes(flag) ?? false)
}

/** Whether a switch is on. */
export function hasFlag({ script, args }: Invocation, flag: string, clone: Clone): boolean {
  return args.some((word) => gives(word, flag, clone.flags(script) ?? []))
}

/** The values of a flag: `--weights a.pt b.pt`, `--weights=a.pt`, `--weight a.pt`. Empty where it is not given. */
export function flagValues(
  { script, args }: Invocation,
  flag: string,
  clone: Clone,
): readonly PlacedWord[] {
  const flags = clone.flags(script) ?? []
  const at = args.findIndex((word) => gives(word, flag, flags))
  const word = args[at]
  if (word === undefined) return []
  const inline = inlineValue(word)
  if (inline !== undefined) return [inline]
  const values = args.slice(at + 1)
  const end = values.findIndex(isFlag)
  const many = givenFlag(word.text, flags)?.arity === 'many'
  return values.slice(0, end < 0 ? undefined : end).slice(0, many ? undefined : 1)
}

/** The value that is joined to its flag: `--cfg=x`. */
function inlineValue(word: PlacedWord): PlacedWord | undefined {
  const [, inline] = splitFlag(word.text)
  if (inline === undefined) return undefined
  const { start, end } = word.range
  // Where quotes stand in the word, the value is not at its end.
  const plain = end.character - start.character === word.text.length
  if (!plain) return { ...word, text: inline, wider: true }
  const from = { line: end.line, character: end.character - inline.length }
  return { ...word, text: inline, range: { start: from, end } }
}
