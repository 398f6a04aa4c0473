import { availableParallelism } from 'node:os'
import { backendStart, chooseBackend } from '../backend/choose'
import type { OpenModel } from '../checkpoint/open'
import type { Learner, LossOptions } from '../contract'
import { LearnerPool } from '../learner/pool'
import type { RunContext } from './context'
import type { EngineFiles } from './files'

/** Each worker normalises with its own part of a batch, whose statistics fewer images would make noise. */
const leastImages = 4

/** Starts computing on what `--device` names, or on the best there is. */
export async function startLearner(
  context: RunContext,
  files: EngineFiles,
  open: OpenModel,
  loss: LossOptions,
  batchSize: number,
): Promise<Learner> {
  const { config } = context
  const { kind, notes } = await chooseBackend(config.device, files)
  for (const note of notes) context.warn('backend/passed-over', note)
  // The others have threads of their own, or a GPU's.
  const useful = Math.max(1, Math.min(availableParallelism(), Math.floor(batchSize / leastImages)))
  const threads = config.threads > 0 ? config.threads : useful
  const learner = await LearnerPool.start({
    graph: open.graph,
    layout: open.layout,
    head: open.head,
    loss,
    backend: backendStart(kind, files),
    workerFile: files.learnerWorker,
    workers: kind === 'wasm' ? threads : 1,
  })
  context.closing(() => learner.dispose())
  return learner
}
