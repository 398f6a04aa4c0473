import * as l10n from '@vscode/l10n'
import type { Finding, Fix } from '../finding'
import { splitFlag } from '../yolov5/flagWords'
import { bracketed, stringValue } from '../yolov5/python'
import type { ScriptFlag } from '../yolov5/release'
import type { Clone } from './clone'
import { removeFix } from './fixes'
import { type Invocation, isFlag, type PlacedWord } from './invocations'

/** Whether a script may take words that belong to no flag. */
function takesPositions(code: string): boolean {
  if (/\.add_subparsers\s*\(/.test(code)) return true
  return [...code.matchAll(/\.add_argument\s*\(/g)].some(({ index, 0: { length } }) => {
    const [first = ''] = bracketed(code, index + length - 1)
    return stringValue(first)?.startsWith('-') !== true
  })
}

/** A word that may turn into any number of words: `$ARGS`, `"$@"`, `*.pt`. */
function mayBeMany({ text, open, quoted }: PlacedWord): boolean {
  return open && (!quoted || /[@*]/.test(text))
}

const ROOM: Readonly<Record<ScriptFlag['arity'], number>> = {
  none: 0,
  one: 1,
  optional: 1,
  many: Number.POSITIVE_INFINITY,
}

/** The flag that words belong to, and how many more of them it takes. */
type Taker = {
  readonly room: number
  /** Absent at the start, and where the flag is not known. */
  readonly flag?: ScriptFlag
  readonly word?: PlacedWord
  /** The last word that it took. */
  readonly value?: PlacedWord
}

const ANY: Taker = { room: Number.POSITIVE_INFINITY }

/**
 * The words of a command line that are left over: argparse stops at them with “unrecognized arguments”.
 *
 * @param flagOf the flag that a name stands for; undefined where that isn't certain
 */
export function leftoverFindings(
  { script, args, prose }: Invocation,
  flagOf: (name: string) => ScriptFlag | undefined,
  clone: Clone,
): readonly Finding[] {
  if (prose || takesPositions(clone.code(script))) return []
  const findings: Finding[] = []
  const report = (word: PlacedWord, value: string, taker: Taker, fix?: Fix): void => {
    const message = excuse(script, clone.detection.release, taker, value)
    const fixes = fix === undefined || word.quoted ? {} : { fixes: [fix] }
    findings.push({ code: 'command/flag', message, severity: 'error', range: word.range, ...fixes })
  }
  let taker: Taker = { room: 0 }
  for (const [at, word] of args.entries()) {
    if (word.text === '--') break
    if (isFlag(word)) {
      const [name, inline] = splitFlag(word.text)
      const flag = word.open && inline === undefined ? undefined : flagOf(name)
      const joined = inline !== undefined && flag?.arity !== 'many'
      taker = flag === undefined ? ANY : { room: joined ? 0 : ROOM[flag.arity], flag, word }
      if (joined && flag?.arity === 'none') report(word, inline, taker)
      else if (joined) taker = { ...taker, value: word }
    } else if (mayBeMany(word)) taker = ANY
    else if (taker.room > 0) taker = { ...taker, room: taker.room - 1, value: word }
    else if (!word.open && /\w/.test(word.text) && !word.text.startsWith('[')) {
      report(word, word.text, taker, leftoverFix(taker, word, args[at - 1]))
    }
  }
  return findings
}

function excuse(
  script: string,
  release: string,
  { flag, word, value }: Taker,
  text: string,
): string {
  if (flag === undefined) {
    return l10n.t(
      '{0} of YOLOv5 {1} has no place for “{2}”: it belongs to no flag.',
      script,
      release,
      text,
    )
  }
  const [typed] = splitFlag(word?.text ?? '')
  const whole = flag.names.includes(typed)
    ? typed
    : (flag.names.find((name) => name.startsWith(typed)) ?? typed)
  return value === undefined
    ? l10n.t(
        '{0} of YOLOv5 {1} takes no value after {2}: “{3}” is left over.',
        script,
        release,
        whole,
        text,
      )
    : l10n.t(
        '{0} of YOLOv5 {1} takes one value after {2}: “{3}” is left over.',
        script,
        release,
        whole,
        text,
      )
}

/** Takes the word out, and the flag with it where it said that the flag be off. */
function leftoverFix(
  { flag, word, value }: Taker,
  left: PlacedWord,
  before?: PlacedWord,
): Fix | undefined {
  if (flag === undefined || word === undefined || before === undefined) return undefined
  const off = value === undefined && /^(?:false|0|no|off)$/i.test(left.text)
  const start = off ? word.range.start : before.range.end
  if (start.line !== left.range.end.line) return undefined
  const same =
    value === undefined ? /^(?:true|1|yes|on)$/i.test(left.text) : value.text === left.text
  const shown = off ? `${word.text} ${left.text}` : left.text
  return removeFix(shown, { start, end: left.range.end }, off || same)
}
