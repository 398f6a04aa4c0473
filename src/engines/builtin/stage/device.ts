import { dirname } from 'node:path'
import * as l10n from '@vscode/l10n'
import { flagValue, type ParsedFlags } from '../../common/flags'
import { checkDevice } from '../backend/choose'
import { shippedBackends } from '../run/files'

/**
 * `--device` of a stage, checked as far as that goes without trying it, and what to tell of it.
 *
 * @param engine path of the engine's `main.cjs`
 * @param before that of the run which goes on
 * @throws SlimError `backend/unknown`, `backend/unavailable`
 */
export function deviceOf(
  { script }: Pick<ParsedFlags, 'script'>,
  engine: string,
  before = '',
): { readonly device: string; readonly notes: readonly string[] } {
  const device = flagValue(script, 'device') ?? before
  checkDevice(device, { backends: shippedBackends(dirname(engine)) })
  const notes = device.includes(',')
    ? [l10n.t('--device {0}: the built-in engine computes on one GPU.', device)]
    : []
  return { device, notes }
}
