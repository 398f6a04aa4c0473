import { availableParallelism } from 'node:os'
import { backendStart, chooseBackend } from '../backend/choose'
import type { OpenModel } from '../checkpoint/open'
import type { Learner, LossOptions } from '../contract'
import { LearnerPool } from '../learner/pool'
import type { RunContext } from './context'
import type { EngineFiles } from './files'

/** Starts computing on what `--device` names, or on the best there is. */
export async function startLearner(
  context: RunContext,
  files: EngineFiles,
  open: OpenModel,
  loss: LossOptions,
): Promise<Learner> {
  const { config } = context
  const { kind, notes } = await chooseBackend(config.device, files)
  for (const note of notes) context.warn('backend/passed-over', note)
  // The others have threads of their own, or a GPU's.
  const threads = config.threads > 0 ? config.threads : availableParallelism()
  return LearnerPool.start({
    graph: open.graph,
    layout: open.layout,
    head: open.head,
    loss,
    backend: backendStart(kind, files),
    workerFile: files.learnerWorker,
    workers: kind === 'wasm' ? threads : 1,
  })
}
