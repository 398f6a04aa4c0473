import { dirname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { speak } from '../../../runs/language'
import { type StartedBackend, startBackend } from '../backend/start'
import { LocalLearner } from './local'
import type { LearnerReply, LearnerRequest, LearnerStart } from './messages'

/** Entry of a compute worker: one network on one backend, asked by its pool. */
async function main(): Promise<void> {
  speak(join(dirname(__filename), '..', '..'))
  const port = parentPort
  if (!port) throw new Error('this file is a worker thread, not a program')
  const start = workerData as LearnerStart
  const reply = (message: LearnerReply): void => port.postMessage(message)
  const guarded = async (work: () => Promise<LearnerReply>): Promise<void> => {
    try {
      reply(await work())
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : new Error(String(error))
      reply({ type: 'failed', message, stack })
    }
  }
  let learner: LocalLearner
  let backend: StartedBackend | undefined
  await guarded(async () => {
    backend = await startBackend(start.backend)
    learner = new LocalLearner({ ...start, ...backend })
    return { type: 'ready', device: backend.device }
  })
  const answer = (request: Exclude<LearnerRequest, { type: 'end' }>): Promise<void> =>
    guarded(async () => {
      if (request.load) await learner.load(start.parameters, start.statistics)
      if (request.type === 'infer') {
        const outputs = await learner.infer(request.batch)
        return { type: 'inferred', outputs, memory: learner.memory() }
      }
      const { gradients, statistics, losses } = await learner.step(request.batch)
      start.gradients.set(gradients)
      start.ownStatistics.set(statistics)
      return { type: 'stepped', losses, memory: learner.memory() }
    })
  const end = async (): Promise<void> => {
    await backend?.end()
    port.close()
  }
  let last: Promise<void> = Promise.resolve()
  port.on('message', (request: LearnerRequest) => {
    last = last.then(() => (request.type === 'end' ? end() : answer(request)))
  })
}

void main()
