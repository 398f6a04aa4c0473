import * as l10n from '@vscode/l10n'

/**
 * The one error class for everything a user can cause or mend.
 *
 * `code` is stable and of the form `area/what` (`checkpoint/truncated`, `data/missing-key`): scripts,
 * the documentation and bug reports refer to it. `message` says in one sentence what is wrong and names the
 * file, key or flag; `remedy` says in one sentence what to do.
 */
export class SlimError extends Error {
  readonly code: `${string}/${string}`
  readonly remedy: string

  constructor(
    code: `${string}/${string}`,
    message: string,
    remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'SlimError'
    this.code = code
    this.remedy = remedy
  }
}

/** `error` as a SlimError; anything else becomes `internal/unexpected` with its own message. */
export function asSlimError(error: unknown): SlimError {
  if (error instanceof SlimError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new SlimError(
    'internal/unexpected',
    message,
    l10n.t('This is a defect of YOLOv5 Slim: please report it together with the log.'),
    { cause: error },
  )
}
