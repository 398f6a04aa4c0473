import { parentPort, workerData } from 'node:worker_threads'
import { BatchMaker, UnreadableImage } from './batch'
import type { DataReply, DataRequest, DataStart } from './messages'

/** Entry of a data worker: decodes, augments and packs batches. */
function main(): void {
  const port = parentPort
  if (!port) throw new Error('this file is a worker thread, not a program')
  const reply = (message: DataReply): void => port.postMessage(message)
  const maker = new BatchMaker(workerData as DataStart)
  maker.onDecoded = (image) => reply({ type: 'decoded', image })
  port.on('message', (request: DataRequest) => {
    if (request.type === 'cached') maker.remember(request.image)
    else if (request.type === 'full') maker.onDecoded = undefined
    else {
      const { id, epoch, plan, pool } = request
      maker.make(epoch, plan, pool).then(
        (batch) => reply({ type: 'batch', id, batch }),
        (error: unknown) =>
          reply({
            type: 'failed',
            id,
            file: error instanceof UnreadableImage ? error.file : '',
            message: error instanceof Error ? (error.stack ?? error.message) : String(error),
          }),
      )
    }
  })
}

main()
