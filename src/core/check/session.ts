import { posix } from 'node:path'
import type { Position } from '../finding'
import type { Snippet } from './snippet'
import type { Cwd } from './workingFolder'
import { type WrittenFile, writtenFiles } from './writtenFiles'

/** What the lines of a file, or the cells of a notebook, leave behind for those after them. */
export type Session = Cwd & {
  /** Names of the yaml files that earlier cells made. */
  readonly written: Set<string>
  /** Python looks for `utils` and `models` in another repository first. */
  foreign: boolean
  readonly others: Set<string>
}

/**
 * The start of a file's commands.
 *
 * @param file relative to the root
 */
export function newSession(file: string): Session {
  const home = posix.dirname(file)
  return {
    folder: '',
    home: home === '.' ? '' : home,
    written: new Set(),
    foreign: false,
    others: new Set(),
  }
}

/** Whether a yaml that is named at a place was made before, by this text or an earlier cell. */
export type IsWritten = (path: string, at: Position) => boolean

export function writtenBefore(snippet: Snippet, { written }: Session): IsWritten {
  let here: readonly WrittenFile[] | undefined
  return (path, at) => {
    const name = posix.basename(path)
    // Only asked of what the release lacks: most texts are never searched.
    here ??= writtenFiles(snippet)
    return written.has(name) || here.some((file) => file.name === name && isBefore(file.start, at))
  }
}

/** Remembers what a cell made. */
export function keepWritten(snippet: Snippet, { written }: Session): void {
  for (const { name } of writtenFiles(snippet)) written.add(name)
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character <= b.character)
}
