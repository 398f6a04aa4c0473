import { posix } from 'node:path'
import * as l10n from '@vscode/l10n'
import type { Finding, Fix } from '../finding'
import { codeOnly } from '../yolov5/python'
import { folderAfter } from './argumentLists'
import { argumentFixes, attributeFixes } from './callFixes'
import type { Clone } from './clone'
import { stockYamlFinding } from './commandCheck'
import { editFix, guessFix } from './fixes'
import { type Binding, checkImports } from './importCheck'
import { startsScript } from './invocations'
import { type Call, callsOf, type Refusal, rebinds, refusalOf } from './pythonCalls'
import { importsOf } from './pythonImports'
import { hasName, homeOf, signatureIn } from './pythonModules'
import { foreignFrom } from './searchPath'
import type { IsWritten, Session } from './session'
import { type Snippet, slice } from './snippet'

/** The torch that scripts of the workspace run with, where a look at the environment told. */
export type Torch = { readonly version: string } | undefined

/** Text of the string literals that may be file names or command lines. */
const STRING = /(?<![\w"'])[rRfF]{0,2}("([^"\\\n]*)"|'([^'\\\n]*)')/g

/** What stands before a string that is run, rather than printed: `os.system(`, `cmd = `. */
const RUN =
  /(?:\b(?:system|p?open|run|call|check_call|check_output|getoutput|getstatusoutput|split|exec_command)\s*\(|\w*(?:cmd|command)\w*\s*\+?=)\s*\(?\s*$/i

function refusalText(name: string, module: string, clone: Clone, refusal: Refusal): string {
  const whole = `${module}.${name}`
  const { release } = clone.detection
  switch (refusal.kind) {
    case 'keyword':
      return l10n.t('{0} of YOLOv5 {1} has no argument {2}.', whole, release, refusal.name)
    case 'missing':
      return l10n.t('{0} of YOLOv5 {1} needs the argument {2}.', whole, release, refusal.name)
    case 'many':
      return l10n.t(
        '{0} of YOLOv5 {1} takes {2} arguments by position, not {3}.',
        whole,
        release,
        refusal.taken,
        refusal.given,
      )
  }
}

function callFindings(
  calls: readonly Call[],
  named: string,
  from: string,
  snippet: Snippet,
  clone: Clone,
): Finding[] {
  const home = calls.length === 0 ? undefined : homeOf(clone, from, named)
  if (home === undefined) return []
  const { module, name } = home
  const signature = signatureIn(clone, module, name)
  if (signature === undefined) return []
  return calls.flatMap((call) => {
    const refusal = refusalOf(call, signature)
    if (refusal === undefined) return []
    return [
      {
        code: 'script/arguments',
        message: refusalText(name, module, clone, refusal),
        severity: 'error',
        range: snippet.range(call.start, call.end),
        fixes: argumentFixes(call, refusal, home, signature, snippet, clone),
      } as const,
    ]
  })
}

/** Calls of what the clone's modules have, with arguments that they don't take; and attributes that they lack. */
function usesOf(binding: Binding, code: string, snippet: Snippet, clone: Clone): Finding[] {
  const { local, module, name } = binding
  if (rebinds(code, local)) return []
  if (name !== undefined) return callFindings(callsOf(code, local), name, module, snippet, clone)
  const attributes = new Set(
    [...code.matchAll(new RegExp(`(?<![.\\w])${local}\\.([A-Za-z_]\\w*)[ \\t]*\\(`, 'g'))].map(
      ([, attribute]) => attribute ?? '',
    ),
  )
  return [...attributes].flatMap((attribute): Finding[] => {
    const calls = callsOf(code, `${local}.${attribute}`)
    if (hasName(clone, module, attribute) !== false) {
      return callFindings(calls, attribute, module, snippet, clone)
    }
    return calls.map((call) => ({
      code: 'script/name',
      message: l10n.t('{0} of YOLOv5 {1} has no {2}.', module, clone.detection.release, attribute),
      severity: 'error',
      range: snippet.range(call.start, call.end),
      fixes: attributeFixes(call, attribute, module, snippet, clone),
    }))
  })
}

/** What code calls `torch.load`: that, `t.load` after `import torch as t`, `load` after `from torch import load`. */
function loadNames(code: string): readonly string[] {
  const names = importsOf(code).flatMap(({ module, names: taken, binds }) => {
    if (module !== 'torch') return []
    if (taken === undefined) return [`${binds}.load`]
    return taken.filter(({ name }) => name === 'load').map(({ alias }) => alias)
  })
  return [...new Set(['torch.load', ...names])]
}

/** torch 2.6 reads only weights unless told otherwise, and YOLOv5's checkpoints hold whole models. */
function torchLoads(code: string, { range }: Snippet, torch: Torch): Finding[] {
  const [major = 0, minor = 0] = (torch?.version ?? '').split('.').map(Number)
  const known = torch !== undefined
  // What may be is worth one line; what is, all of them.
  const shown = known ? Number.POSITIVE_INFINITY : 1
  if (known && (major < 2 || (major === 2 && minor < 6))) return []
  return loadNames(code)
    .filter((name) => !rebinds(code, name.split('.')[0] ?? name))
    .flatMap((name) => callsOf(code, name))
    .sort((a, b) => a.start - b.start)
    .filter(({ args }) => args.length > 0 && !args.some((arg) => /^weights_only\b|^\*/.test(arg)))
    .slice(0, shown)
    .flatMap(({ start, end }) => {
      const close = closing(code, end)
      const fix: Fix = {
        kind: 'edit',
        title: l10n.t('Add weights_only=False, for files that you trust'),
        edits: [{ range: range(close, close), text: ', weights_only=False' }],
      }
      return [
        {
          code: 'script/torch-load',
          message: known
            ? l10n.t('torch {0} refuses to load YOLOv5’s checkpoints this way.', torch.version)
            : l10n.t('torch 2.6 and later refuse to load YOLOv5’s checkpoints this way.'),
          severity: known ? 'warning' : 'information',
          range: range(start, end),
          ...(close < 0 ? {} : { fixes: [fix] }),
        } as const,
      ]
    })
}

/** Where the bracket at `open` is closed, before the blank and comma that may stand there; −1 if it never is. */
function closing(code: string, open: number): number {
  let depth = 0
  const tokens = /"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|[()[\]{}]/g
  tokens.lastIndex = open
  for (let match = tokens.exec(code); match !== null; match = tokens.exec(code)) {
    if ('([{'.includes(match[0])) depth++
    else if (')]}'.includes(match[0]) && --depth === 0) {
      const before = code.slice(open, match.index).replace(/[\s,]+$/, '')
      return open + before.length
    }
  }
  return -1
}

/** A command line, and the folder that the call around it says it runs in. */
export type CommandString = Snippet & { readonly folder?: string }

/** String literals that are command lines, for a shell: `os.system('cd yolov5 && python train.py …')`. */
export function commandStrings(snippet: Snippet): readonly CommandString[] {
  return strings(snippet)
    .filter(({ text }) => /\.py\b/.test(text) && startsScript(text))
    .map(({ before, ...part }) => (RUN.test(before) ? part : { ...part, prose: true }))
}

/** What a string literal holds, and the code that leads up to it. */
type Literal = CommandString & { readonly before: string }

function strings(snippet: Snippet): readonly Literal[] {
  const code = codeOnly(snippet.text)
  return [...code.matchAll(STRING)].map((match) => {
    const text = match[2] ?? match[3] ?? ''
    const start = match.index + match[0].length - text.length - 1
    const before = code.slice(Math.max(0, match.index - 200), match.index)
    const folder = folderAfter(code, match.index + match[0].length)
    const part = { ...slice(snippet, start, start + text.length), before }
    return folder === undefined ? part : { ...part, folder }
  })
}

export type PythonOptions = {
  /** Path of the file, relative to the clone's root. */
  readonly file: string
  readonly torch: Torch
  /** A file of YOLOv5's own: that it is as old as it is, is no news. */
  readonly stock: boolean
  readonly isWritten: IsWritten
  /** Kept up to date. */
  readonly session: Session
}

/** All that is wrong with a Python source for this clone; command lines in it are told by `commandStrings`. */
export function checkPython(
  snippet: Snippet,
  clone: Clone,
  { file, torch, stock, isWritten, session }: PythonOptions,
): readonly Finding[] {
  const parent = posix.dirname(file)
  const folder = parent === '.' ? '' : parent
  const code = codeOnly(snippet.text)
  const foreign = session.foreign ? -1 : foreignFrom(snippet.text, folder, clone, session.others)
  session.foreign = Number.isFinite(foreign)
  const { findings, bindings } = checkImports(snippet, folder, clone, foreign)
  return [
    ...findings,
    ...bindings.flatMap((binding) => usesOf(binding, code, snippet, clone)),
    ...(stock ? [] : torchLoads(code, snippet, torch)),
    ...strings(snippet).flatMap((one) => hypString(one, clone, isWritten)),
  ]
}

/** What stands before a name that is joined to a folder: `join(…, `, `ROOT / `. */
const JOINED = /\bjoin\s*\((?:[^()]|\([^()]*\))*,\s*$|\/\s*$/

/** The folder before it, where that is written out. */
const FOLDER = /["']([^"'\n]*)["']\s*[,/]\s*$/

function hypString(
  { text, range, before }: Literal,
  clone: Clone,
  isWritten: IsWritten,
): Finding[] {
  if (!/^(?:\.\/)?(?:data\/)?(?:hyps\/)?hyp\.[\w.-]+\.ya?ml$/.test(text)) return []
  const place = range(0, text.length)
  const word = { text, open: false, range: place }
  const found = stockYamlFinding(word, clone, 'script/stock-file', isWritten)
  return found.map((finding) => {
    const { suggestion } = finding
    if (suggestion === undefined || /^(?:\.\/)?data\//.test(text)) return finding
    // Without its folder it may be the end of a path, or be looked for by its name.
    const own = posix.dirname(text)
    const joined = JOINED.test(before)
    const name = joined ? posix.join(own, posix.basename(suggestion)) : suggestion
    const folder = own === '.' ? (FOLDER.exec(before)?.[1] ?? '') : own
    const same = posix.basename(folder) === posix.basename(posix.dirname(suggestion))
    const write = joined && same ? editFix : guessFix
    return { ...finding, suggestion: name, fixes: [write(name, place, name)] }
  })
}
