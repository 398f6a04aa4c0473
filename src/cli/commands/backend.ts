import { dirname, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { backendStart, isInstalled, probe } from '../../engines/builtin/backend/choose'
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
    const installed = isInstalled(kind, files())
    const state = installed
      ? await probe(backendStart(kind, files()), files(), { measures: true })
      : undefined
    found.push({
      kind,
      package: isOptional(kind) ? optionalBackends[kind].name : null,
      folder: isOptional(kind) ? backendStart(kind, files()).folder : null,
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
    const note = state.software ? l10n.t('software: used only when named') : ''
    return [
      kind,
      l10n.t('works'),
      speedOf(state.gflops),
      [state.device, note].filter(Boolean).join('; '),
    ]
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
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  try {
    const onOutput = (line: string): void => printAside(line)
    const probed = await installBackend(kind, files(), { onOutput, stop: stop.signal })
    const works = l10n.t('{0} works: {1}, {2}', kind, probed.device, speedOf(probed.gflops))
    print(outColors.green(works))
    return exitCodes.ok
  } catch (error) {
    if (!stop.signal.aborted) throw error
    printAside(l10n.t('stopped; nothing was installed'))
    return exitCodes.interrupted
  }
}

function speedOf(gflops: number): string {
  return `${gflops < 10 ? Number(gflops.toPrecision(2)) : gflops.toFixed(0)} GFLOPS`
}
