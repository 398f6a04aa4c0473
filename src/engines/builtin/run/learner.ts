import { availableParallelism } from 'node:os'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import type { OpenModel } from '../checkpoint/open'
import type { Learner, LossOptions } from '../contract'
import { LearnerPool } from '../learner/pool'
import type { RunContext } from './context'
import type { EngineFiles } from './files'

/** Starts computing on what `--device` names, or on the best there is. */
export async function startLearner(
  { config }: RunContext,
  files: EngineFiles,
  open: OpenModel,
  loss: LossOptions,
): Promise<Learner> {
  const kind = backendOf(config.device)
  return LearnerPool.start({
    graph: open.graph,
    layout: open.layout,
    head: open.head,
    loss,
    backend: { kind, wasmFolder: files.wasmFolder, kernelsFile: files.kernels },
    workerFile: files.learnerWorker,
    workers: config.threads > 0 ? config.threads : availableParallelism(),
  })
}

function backendOf(device: string): 'wasm' {
  if (device === '' || device === 'cpu' || device === 'wasm') return 'wasm'
  throw new SlimError(
    'backend/unavailable',
    l10n.t('--device {0}: that backend is not installed.', device),
    l10n.t('Use --device wasm, or leave --device out.'),
  )
}
