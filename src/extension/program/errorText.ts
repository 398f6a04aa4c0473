import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'

/** The error that the `yolov5-slim` program printed last: `error[code]: message`, then `→ remedy`. */
export function parseProgramError(lines: readonly string[], exitCode: number | null): SlimError {
  for (let i = lines.length - 1; i >= 0; i--) {
    const [, code, message] = /^error\[([\w-]+\/[\w/-]+)\]: (.*)$/.exec(lines[i] ?? '') ?? []
    if (code === undefined || message === undefined) continue
    const [, remedy = ''] = /^\s*→ (.*)$/.exec(lines[i + 1] ?? '') ?? []
    return new SlimError(code as `${string}/${string}`, message, remedy)
  }
  return new SlimError(
    'program/failed',
    l10n.t('The program ended with code {0}.', exitCode ?? '?'),
    l10n.t('The log shows what it said.'),
  )
}
