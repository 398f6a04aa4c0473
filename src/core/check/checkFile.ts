import type { Finding, Fix } from '../finding'
import { argumentLists } from './argumentLists'
import { cellParts } from './cell'
import type { Clone } from './clone'
import { checkInvocation } from './commandCheck'
import { checkData } from './dataCheck'
import { checkHyp } from './hypCheck'
import { type Invocation, invocations, invocationsOf } from './invocations'
import { fileKind } from './kind'
import { checkModel, type UsedWith } from './modelCheck'
import { codeCells, inNotebook } from './notebook'
import { checkPython, commandStrings, type Torch } from './pythonCheck'
import { blanked, type Snippet, wholeText } from './snippet'
import { inClone, isStockPath } from './stockFiles'
import { asPosixShell } from './windowsShell'
import type { Cwd } from './workingFolder'

/** What is known beside the file and the clone. */
export type CheckContext = {
  readonly torch?: Torch
  /** The data that a model yaml is used with. */
  readonly usedWith?: UsedWith
}

/** What a file says, and the command lines in it. */
export type TextReport = {
  readonly findings: readonly Finding[]
  readonly invocations: readonly Invocation[]
}

const nothing: TextReport = { findings: [], invocations: [] }

function together(reports: readonly TextReport[]): TextReport {
  return {
    findings: reports.flatMap(({ findings }) => findings),
    invocations: reports.flatMap((report) => report.invocations),
  }
}

function checkShell(snippet: Snippet, clone: Clone, cwd: Cwd): TextReport {
  const found = invocations(snippet, clone, cwd)
  return {
    findings: found.flatMap((invocation) => checkInvocation(invocation, clone)),
    invocations: found,
  }
}

function checkSource(
  snippet: Snippet,
  path: string,
  clone: Clone,
  torch: Torch,
  cwd: Cwd,
): TextReport {
  const options = { file: inClone(clone, path), torch, stock: isStockPath(clone, path) }
  const commands = commandStrings(snippet).map((text) => checkShell(text, clone, { ...cwd }))
  return together([
    { findings: checkPython(snippet, clone, options), invocations: [] },
    ...commands,
    checkLists(snippet, clone, cwd),
  ])
}

/** Processes that Python starts with a list of arguments. */
function checkLists(snippet: Snippet, clone: Clone, cwd: Cwd): TextReport {
  const found = invocationsOf(argumentLists(snippet.text), snippet, clone, { ...cwd })
  return {
    findings: found
      .flatMap((invocation) => checkInvocation(invocation, clone))
      .map((finding) => ({ ...finding, fixes: (finding.fixes ?? []).filter(isOneWord) })),
    invocations: found,
  }
}

/** Whether a fix leaves each element of a list one word: `--optimizer Adam` would have to become two. */
function isOneWord(fix: Fix): boolean {
  return fix.kind !== 'edit' || fix.edits.every(({ text }) => !/\s/.test(text))
}

/**
 * One cell of a notebook, as an editor shows it.
 *
 * @param cwd where the cells before it left the notebook
 */
export function checkCell(
  cell: Snippet,
  path: string,
  clone: Clone,
  torch: Torch,
  cwd: Cwd,
): TextReport {
  const { python, commands } = cellParts(cell)
  const ran = commands.map(({ kind, snippet }) =>
    // A `cd` in a shell ends with it.
    checkShell(snippet, clone, kind === 'shell' ? { ...cwd } : cwd),
  )
  return together([
    ...ran,
    ...(python === undefined ? [] : [checkSource(python, path, clone, torch, cwd)]),
  ])
}

/**
 * Checks the text of a file of a clone; nothing else is read but the clone's own sources.
 *
 * @param path absolute
 */
export function checkText(
  text: string,
  path: string,
  clone: Clone,
  { torch, usedWith }: CheckContext = {},
): TextReport {
  const only = (findings: readonly Finding[]): TextReport => ({ findings, invocations: [] })
  const kind = fileKind(clone, path, text)
  switch (kind) {
    case 'model':
      return only(checkModel(text, path, clone, usedWith))
    case 'data':
      return only(checkData(text, path, clone))
    case 'hyp':
      return only(checkHyp(text, path, clone))
    case 'python':
      return checkSource(wholeText(text), path, clone, torch, { folder: '' })
    case 'shell':
      return checkShell(wholeText(text), clone, { folder: '' })
    case 'batch':
    case 'powershell':
      return checkShell(blanked(wholeText(text), asPosixShell(text, kind)), clone, { folder: '' })
    case 'notebook': {
      const cwd: Cwd = { folder: '' }
      const cells = codeCells(text).map((cell) => checkCell(cell, path, clone, torch, cwd))
      const { findings, invocations: found } = together(cells)
      return { findings: findings.map(inNotebook), invocations: found }
    }
    default:
      return nothing
  }
}
