import type { LogOutputChannel } from 'vscode'
import { asSlimError } from '../core/errors'
import type { LogLine } from './activity/collect'

/** Writes a line at its own level. */
export function writeLine(channel: LogOutputChannel, line: LogLine, prefix = ''): void {
  channel[line.level](`${prefix}${line.text}`)
}

/** Any error as one line, with the stack of what is a defect of ours. */
export function writeError(channel: LogOutputChannel, error: unknown): void {
  const { code, message, remedy, cause } = asSlimError(error)
  channel.error(`[${code}] ${message} ${remedy}`)
  if (code === 'internal/unexpected' && cause instanceof Error) channel.error(cause)
}
