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
import { type IsWritten, keepWritten, newSession, type Session, writtenBefore } from './session'
import { blanked, type Snippet, wholeText } from './snippet'
import { inClone, isStockPath } from './stockFiles'
import { asPosixShell } from './windowsShell'
import { enter } from './workingFolder'

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

function checkShell(
  snippet: Snippet,
  clone: Clone,
  session: Session,
  isWritten: IsWritten,
): TextReport {
  const found = invocations(snippet, clone, session)
  return {
    findings: found.flatMap((invocation) => checkInvocation(invocation, clone, isWritten)),
    invocations: found,
  }
}

function checkSource(
  snippet: Snippet,
  path: string,
  clone: Clone,
  torch: Torch,
  session: Session,
  isWritten: IsWritten,
): TextReport {
  const file = inClone(clone, path)
  const options = { file, torch, stock: isStockPath(clone, path), isWritten, session }
  const commands = commandStrings(snippet).map((text) => {
    const own = { ...session }
    if (text.folder !== undefined) enter(own, text.folder, clone)
    return checkShell(text, clone, own, isWritten)
  })
  return together([
    { findings: checkPython(snippet, clone, options), invocations: [] },
    ...commands,
    checkLists(snippet, clone, session, isWritten),
  ])
}

/** Processes that Python starts with a list of arguments. */
function checkLists(
  snippet: Snippet,
  clone: Clone,
  session: Session,
  isWritten: IsWritten,
): TextReport {
  const found = invocationsOf(argumentLists(snippet.text), snippet, clone, { ...session })
  return {
    findings: found
      .flatMap((invocation) => checkInvocation(invocation, clone, isWritten))
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
 * @param session how the cells before it left the notebook; left as this one does
 */
export function checkCell(
  cell: Snippet,
  path: string,
  clone: Clone,
  torch: Torch,
  session: Session,
): TextReport {
  const isWritten = writtenBefore(cell, session)
  const { python, commands } = cellParts(cell)
  const ran = commands.map(({ kind, snippet }) =>
    // A `cd` in a shell ends with it.
    checkShell(snippet, clone, kind === 'shell' ? { ...session } : session, isWritten),
  )
  const source =
    python === undefined ? nothing : checkSource(python, path, clone, torch, session, isWritten)
  keepWritten(cell, session)
  return together([...ran, source])
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
  const whole = wholeText(text)
  const session = newSession(inClone(clone, path))
  const isWritten = writtenBefore(whole, session)
  switch (kind) {
    case 'model':
      return only(checkModel(text, path, clone, usedWith))
    case 'data':
      return only(checkData(text, path, clone))
    case 'hyp':
      return only(checkHyp(text, path, clone))
    case 'python':
      return checkSource(whole, path, clone, torch, session, isWritten)
    case 'shell':
      return checkShell(whole, clone, session, isWritten)
    case 'batch':
    case 'powershell':
      return checkShell(blanked(whole, asPosixShell(text, kind)), clone, session, isWritten)
    case 'notebook': {
      const cells = codeCells(text).map((cell) => checkCell(cell, path, clone, torch, session))
      const { findings, invocations: found } = together(cells)
      return { findings: findings.map(inNotebook), invocations: found }
    }
    default:
      return nothing
  }
}
