import type { LogOutputChannel } from 'vscode'
import { asSlimError } from '../core/errors'
import type { LogLine } from './activity/collect'

/** Writes a line at its own level. */
export function writeLine(channel: LogOutputChannel, line: LogLine, prefix = ''): void {
  channel[line.level](`${prefix}${line.text}`)
}

const errors: string[] = []
const mostErrors = 20

/** The last errors of this window, for a report of a problem. */
export function lastErrors(): readonly string[] {
  return errors
}

/** Any error as one line, with the stack of what is a defect of ours. */
export function writeError(channel: LogOutputChannel, error: unknown): void {
  const { code, message, remedy, cause } = asSlimError(error)
  const line = `[${code}] ${message} ${remedy}`
  errors.push(`${new Date().toISOString()} ${line}`)
  errors.splice(0, errors.length - mostErrors)
  channel.error(line)
  if (code === 'internal/unexpected' && cause instanceof Error) channel.error(cause)
}
