import { dirname, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { isInstalled, probe } from '../../engines/builtin/backend/choose'
import { installBackend } from '../../engines/builtin/backend/install'
import {
  backendFolder,
  backendKinds,
  isOptional,
  optionalBackends,
} from '../../engines/builtin/backend/packages'
import { engineFiles } from '../../engines/builtin/run/files'
import { usageError } from '../errors'
import { tableLines } from '../format/table'
import { exitCodes, outColors, print, printAside, printJson } from '../terminal'

const files = () => engineFiles(join(dirname(__filename), 'builtin'))

/** `backend list`: what the built-in engine can compute on here, tried by computing. */
export async function listBackends({ json }: { readonly json?: true }): Promise<number> {
  const found = []
  for (const kind of backendKinds) {
    const installed = isInstalled(kind)
    const state = installed ? await probe(kind, files()) : undefined
    found.push({
      kind,
      package: isOptional(kind) ? optionalBackends[kind].name : null,
      folder: isOptional(kind) ? backendFolder(kind) : null,
      installed,
      ...(state ? { probe: state } : {}),
    })
  }
  if (json) {
    printJson(found)
    return exitCodes.ok
  }
  const rows = found.map(({ kind, installed, probe: state }) => {
    if (!installed || !state) return [kind, l10n.t('not installed'), '', '']
    if (!state.ok) return [kind, l10n.t('does not work'), '', state.text]
    const speed = `${state.gflops.toFixed(state.gflops < 10 ? 1 : 0)} GFLOPS`
    const note = state.software ? l10n.t('software: used only when named') : ''
    return [kind, l10n.t('works'), speed, [state.device, note].filter(Boolean).join('; ')]
  })
  print(...tableLines(rows, ['left', 'left', 'right']))
  return exitCodes.ok
}

/** `backend install KIND`: fetches a backend with npm, and lets it compute. */
export async function install(kind: string): Promise<number> {
  if (!isOptional(kind)) {
    throw usageError(
      'unknown-backend',
      l10n.t('There is no backend {0} to install.', kind),
      l10n.t('Name one of: {0}.', Object.keys(optionalBackends).join(', ')),
    )
  }
  const { name, version } = optionalBackends[kind]
  print(l10n.t('npm installs {0} {1} into {2}', name, version, backendFolder(kind)))
  const probed = await installBackend(kind, files(), { onOutput: (line) => printAside(line) })
  const speed = `${probed.gflops.toFixed(0)} GFLOPS`
  print(outColors.green(l10n.t('{0} works: {1}, {2}', kind, probed.device, speed)))
  return exitCodes.ok
}
