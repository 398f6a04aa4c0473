import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { enableProdMode, ready, setBackend } from '@tensorflow/tfjs-core'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import type { Ops } from '../kernels/ops'
import { openWasmOps } from '../kernels/select'
import type { BackendStart } from './messages'

export type StartedBackend = {
  readonly ops: Ops
  /** What it computes on, for people. */
  readonly device: string
  /** GPU memory in use, in bytes; 0 on a CPU. */
  readonly memory: () => number
}

/** Makes a backend the one of this thread. Throws a SlimError `backend/unavailable`. */
export async function startBackend(start: BackendStart): Promise<StartedBackend> {
  enableProdMode()
  if (start.kind !== 'wasm') {
    throw new SlimError(
      'backend/unavailable',
      l10n.t('The backend {0} is not installed.', start.kind),
      l10n.t('Use --device wasm, or leave --device out.'),
    )
  }
  setWasmPaths(start.wasmFolder.replace(/[^/]$/, '$&/'))
  await setBackend('wasm')
  await ready()
  return { ops: await openWasmOps(start.kernelsFile), device: 'wasm', memory: () => 0 }
}
