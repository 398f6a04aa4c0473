import * as l10n from '@vscode/l10n'
import type { Finding } from '../finding'
import { givenFlag, matchingFlags, sameFlags, splitFlag } from '../yolov5/flagWords'
import { nearest } from '../yolov5/nearest'
import type { ScriptFlag } from '../yolov5/release'
import type { Clone } from './clone'
import { leftoverFindings } from './commandValues'
import { editFix, guessFix, removeFix, switchFixes } from './fixes'
import { isKnownFlag, type OtherWords, otherWords, releaseWithFlag } from './flagHistory'
import type { Invocation, PlacedWord } from './invocations'

function namesOf(flags: readonly ScriptFlag[]): readonly string[] {
  return flags.flatMap(({ names }) => names)
}

/** The flag that a misspelt one was meant to be: certain only where case or the marks between its words differ. */
function misspelt(name: string, flags: readonly ScriptFlag[]): OtherWords | undefined {
  const plain = (flag: string): string => flag.toLowerCase().replaceAll('_', '-')
  const known = namesOf(flags).filter((flag) => flag.startsWith('--'))
  const same = known.find((flag) => plain(flag) === plain(name))
  if (same !== undefined) return { text: same }
  const bare = known.map((flag) => flag.slice(2))
  const near = isKnownFlag(name) ? undefined : nearest(name.slice(2), bare)
  return near === undefined ? undefined : { text: `--${near}`, guessed: true }
}

function nameOf({ text }: PlacedWord): string {
  return splitFlag(text)[0]
}

function unknownFlag(
  word: PlacedWord,
  next: PlacedWord | undefined,
  { script }: Invocation,
  flags: readonly ScriptFlag[],
  clone: Clone,
): Finding {
  const { release } = clone.detection
  const name = nameOf(word)
  const tail = word.text.slice(name.length)
  const lacks = l10n.t('{0} of YOLOv5 {1} has no flag {2}.', script, release, name)
  const switches = switchFixes(releaseWithFlag(script, name, release), release)
  const base = {
    code: 'command/flag',
    severity: 'error',
    range: word.range,
    ...(switches.length === 0 ? {} : { fixes: switches }),
  } as const
  const given = tail === '' ? next?.text : tail.slice(1)
  const meant = otherWords(name, given, flags, clone.code(script)) ?? misspelt(name, flags)
  if (meant === undefined) return { ...base, message: lacks }
  const hint =
    meant.text === ''
      ? l10n.t('What it does is the default there.')
      : l10n.t('Did you mean {0}?', meant.text)
  const message = `${lacks} ${hint}`
  const value = meant.withValue && tail === '' ? next : undefined
  const range = { start: word.range.start, end: (value ?? word).range.end }
  // What is quoted is an element of a list in Python, or too odd to be put together again.
  if (word.quoted || value?.quoted || range.end.line !== range.start.line)
    return { ...base, message }
  if (meant.text === '') {
    const gone = value === undefined ? word.text : `${name} ${value.text}`
    return { ...base, message, fixes: [removeFix(gone, range), ...switches] }
  }
  const text = meant.withValue ? meant.text : `${meant.text}${tail}`
  const write = meant.guessed ? guessFix : editFix
  const suggestion = value === undefined ? { suggestion: text } : {}
  return { ...base, message, ...suggestion, fixes: [write(meant.text, range, text), ...switches] }
}

/** Flags and choices of one command line that its script does not have. */
export function flagFindings(invocation: Invocation, clone: Clone): readonly Finding[] {
  const flags = clone.flags(invocation.script)
  if (flags === undefined) return []
  const findings: Finding[] = []
  for (const [at, word] of invocation.args.entries()) {
    const name = nameOf(word)
    if (!/^--[A-Za-z]/.test(name) || /[^\w-]/.test(name) || name === '--help') continue
    const matches = matchingFlags(name, flags)
    const [flag] = matches
    if (flag === undefined) {
      findings.push(unknownFlag(word, invocation.args[at + 1], invocation, flags, clone))
    } else if (matches.length > 1) {
      findings.push({
        code: 'command/flag',
        message: l10n.t(
          '{0} may stand for {1}: write it out.',
          name,
          matches
            .map(({ names }) => names.find((known) => known.startsWith(name)) ?? '')
            .join(', '),
        ),
        severity: 'error',
        range: word.range,
      })
    } else {
      const [, inline] = splitFlag(word.text)
      const value = inline === undefined ? invocation.args[at + 1] : { ...word, text: inline }
      // Of several parsers' flags of one name, which is meant is not known.
      if (sameFlags(flag, flags).length === 1) findings.push(...choiceFindings(flag, name, value))
    }
  }
  const flagOf = (name: string): ScriptFlag | undefined => {
    const flag = givenFlag(name, flags)
    return flag !== undefined && sameFlags(flag, flags).length === 1 ? flag : undefined
  }
  return [...findings, ...leftoverFindings(invocation, flagOf, clone)]
}

function choiceFindings(
  { choices, arity }: ScriptFlag,
  name: string,
  value?: PlacedWord,
): Finding[] {
  if (choices === undefined || arity !== 'one' || value === undefined || value.open) return []
  // Choices that the source computes are names, not values.
  const literal = choices.every((choice) => /^[\w.-]+$/.test(choice))
  if (!literal || choices.includes(value.text) || value.text.startsWith('-')) return []
  const meant = nearest(value.text, choices)
  const fix = meant?.toLowerCase() === value.text.toLowerCase() ? editFix : guessFix
  const whole = value.text.length === value.range.end.character - value.range.start.character
  return [
    {
      code: 'command/choice',
      message: l10n.t('{0} takes {1}; not {2}.', name, choices.join(', '), value.text),
      severity: 'error',
      range: value.range,
      ...(meant === undefined || !whole ? {} : { fixes: [fix(meant, value.range, meant)] }),
    },
  ]
}
