import * as l10n from '@vscode/l10n'
import type { Finding, Fix } from '../finding'
import { nearest } from '../yolov5/nearest'
import type { ScriptFlag } from '../yolov5/release'
import type { Clone } from './clone'
import { editFix } from './fixes'
import type { Invocation, PlacedWord } from './invocations'

/** What one release calls a flag that another calls otherwise; an empty text means that it is the default there. */
const RENAMED: Readonly<Record<string, readonly string[]>> = {
  '--adam': ['--optimizer Adam'],
  '--linear-lr': [''],
  '--imgsz': ['--img-size'],
  '--img-size': ['--imgsz'],
  '--notest': ['--noval'],
  '--noval': ['--notest'],
  '--save_period': ['--save-period'],
  '--save-period': ['--save_period'],
  '--upload-dataset': ['--upload_dataset'],
  '--logdir': ['--project'],
  '--thickness': ['--line-thickness'],
  '--output': ['--project'],
}

function namesOf(flags: readonly ScriptFlag[]): readonly string[] {
  return flags.flatMap(({ names }) => names)
}

/** Flags that argparse takes a word for: the one of that name, else all that it abbreviates. */
function matching(name: string, flags: readonly ScriptFlag[]): readonly ScriptFlag[] {
  const exact = flags.filter(({ names }) => names.includes(name))
  return exact.length > 0
    ? exact
    : flags.filter(({ names }) => names.some((known) => known.startsWith(name)))
}

function renamed(name: string, flags: readonly ScriptFlag[]): string | undefined {
  const names = namesOf(flags)
  const candidates = Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined
  return candidates?.find(
    (candidate) => candidate === '' || names.includes(candidate.split(' ')[0] ?? ''),
  )
}

function unknownFlag(
  word: PlacedWord,
  name: string,
  invocation: Invocation,
  flags: readonly ScriptFlag[],
  clone: Clone,
): Finding {
  const { release } = clone.detection
  const lacks = l10n.t('{0} of YOLOv5 {1} has no flag {2}.', invocation.script, release, name)
  const other = renamed(name, flags)
  const value = word.text.slice(name.length)
  const base = { code: 'command/flag', severity: 'error', range: word.range } as const
  if (other === '') {
    const fix: Fix = {
      kind: 'edit',
      title: l10n.t('Remove {0}', name),
      edits: [{ range: word.range, text: '' }],
      safe: true,
    }
    return {
      ...base,
      message: `${lacks} ${l10n.t('What it does is the default there.')}`,
      fixes: [fix],
    }
  }
  const meant =
    other ??
    nearest(
      name,
      namesOf(flags).filter((known) => known.startsWith('--')),
    )
  if (meant === undefined || word.quoted) return { ...base, message: lacks }
  return {
    ...base,
    message: `${lacks} ${l10n.t('Did you mean {0}?', meant)}`,
    suggestion: `${meant}${value}`,
    fixes: [editFix(meant, word.range, `${meant}${value}`)],
  }
}

/** Flags and choices of one command line that its script does not have. */
export function flagFindings(invocation: Invocation, clone: Clone): readonly Finding[] {
  const flags = clone.flags(invocation.script)
  if (flags === undefined) return []
  const findings: Finding[] = []
  for (const [at, word] of invocation.args.entries()) {
    const name = word.text.split('=', 1)[0] ?? ''
    if (!/^--[A-Za-z]/.test(name) || /[^\w-]/.test(name) || name === '--help') continue
    const matches = matching(name, flags)
    const [flag] = matches
    if (flag === undefined) {
      findings.push(unknownFlag(word, name, invocation, flags, clone))
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
      const value = word.text.includes('=')
        ? { ...word, text: word.text.slice(name.length + 1) }
        : invocation.args[at + 1]
      findings.push(...choiceFindings(flag, name, value))
    }
  }
  return findings
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
  const whole = value.text.length === value.range.end.character - value.range.start.character
  return [
    {
      code: 'command/choice',
      message: l10n.t('{0} takes {1}; not {2}.', name, choices.join(', '), value.text),
      severity: 'error',
      range: value.range,
      ...(meant === undefined || !whole ? {} : { fixes: [editFix(meant, value.range, meant)] }),
    },
  ]
}
