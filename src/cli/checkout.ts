import { resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { findCheckouts, notFoundError } from '../core/yolov5/detect'
import type { Detection } from '../core/yolov5/release'
import { usageError } from './errors'

/**
 * The one checkout that a command is about: that of `named` (`--checkout`), else of `cwd`.
 *
 * @throws SlimError `detect/not-found`, `cli/several-checkouts`
 */
export async function requireCheckout(cwd: string, named?: string): Promise<Detection> {
  const found = await optionalCheckout(cwd, named)
  if (found) return found
  throw notFoundError(resolve(cwd, named ?? '.'))
}

/** The same, undefined where there is none; `named` must be one. */
export async function optionalCheckout(
  cwd: string,
  named?: string,
): Promise<Detection | undefined> {
  const folder = resolve(cwd, named ?? '.')
  const checkouts = await findCheckouts(folder)
  const [only, another] = checkouts
  if (another) {
    throw usageError(
      'several-checkouts',
      l10n.t(
        '{0} holds {1} YOLOv5 checkouts: {2}.',
        folder,
        checkouts.length,
        checkouts.map(({ root }) => root).join(', '),
      ),
      l10n.t('Name one with --checkout, or change into it.'),
    )
  }
  if (!only && named !== undefined) throw notFoundError(folder)
  return only
}
