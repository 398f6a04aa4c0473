import * as l10n from '@vscode/l10n'
import { asSlimError, SlimError } from '../core/errors'
import { errColors, exitCodes, printAside } from './terminal'

/** A mistake in the command line; always exit code 2. */
export function usageError(
  what: string,
  message: string,
  remedy: string,
  options?: ErrorOptions,
): SlimError {
  return new SlimError(`cli/${what}`, message, remedy, options)
}

/** `error[code]: message` and, below it, what to do. */
export function errorLines(
  error: { readonly code: string; readonly message: string; readonly remedy: string },
  colors: typeof errColors = errColors,
): string[] {
  const head = `${colors.red(`error[${error.code}]:`)} ${error.message}`
  return error.remedy === '' ? [head] : [head, `  ${colors.dim('→')} ${error.remedy}`]
}

/** `warning[code]: text` and, where there is one, what to do. */
export function warningLines(
  warning: { readonly code: string; readonly text: string; readonly remedy?: string },
  colors: typeof errColors = errColors,
): string[] {
  const head = `${colors.yellow(`warning[${warning.code}]:`)} ${warning.text}`
  return warning.remedy ? [head, `  ${colors.dim('→')} ${warning.remedy}`] : [head]
}

/** A model with a fault has it in many layers; a few of a kind say as much as all of them. */
const shownOfKind = 3

/** `warningLines` of each, but of many with the same code only the first, and how many more there are. */
export function manyWarningLines(
  warnings: readonly { readonly code: string; readonly text: string }[],
  colors: typeof errColors = errColors,
): string[] {
  const kinds = new Map<string, { readonly code: string; readonly text: string }[]>()
  for (const warning of warnings) {
    kinds.set(warning.code, [...(kinds.get(warning.code) ?? []), warning])
  }
  return [...kinds.values()].flatMap((kind) => {
    const shown = kind.length > shownOfKind + 1 ? kind.slice(0, shownOfKind) : kind
    const more = kind.length - shown.length
    return [
      ...shown.flatMap((warning) => warningLines(warning, colors)),
      ...(more > 0
        ? [`  ${l10n.t('… and {0} more of this kind (--json has them all)', more)}`]
        : []),
    ]
  })
}

/** The error for a shell that stands in a folder which was deleted; undefined for any other. */
function goneFolderError(error: unknown): SlimError | undefined {
  if (!(error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd')) return
  return usageError(
    'no-current-folder',
    l10n.t('The current folder is not there any more.'),
    l10n.t('Change into one that is, and try again.'),
    { cause: error },
  )
}

/**
 * Prints any error the same way, the stack only for those who set YOLOV5_SLIM_DEBUG=1.
 *
 * @returns the exit code: 2 for what is wrong before anything started, 1 for a defect of ours
 */
export function reportError(error: unknown): number {
  const slim = goneFolderError(error) ?? asSlimError(error)
  printAside(...errorLines(slim))
  if (process.env.YOLOV5_SLIM_DEBUG === '1') {
    const cause = error instanceof Error ? error.stack : undefined
    if (cause) printAside(cause)
    if (error instanceof Error && error.cause instanceof Error && error.cause.stack) {
      printAside(error.cause.stack)
    }
  }
  return slim.code === 'internal/unexpected' ? exitCodes.failed : exitCodes.usage
}
