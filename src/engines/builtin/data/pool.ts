import { Worker } from 'node:worker_threads'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import type { Batch } from '../contract'
import type { BatchPlan, CachedImage, DataReply, DataRequest, DataStart } from './messages'

export type DataPoolOptions = {
  readonly start: DataStart
  /** Bundle of `data/worker.ts`. */
  readonly workerFile: string
  readonly workers: number
  /** Memory that decoded images may take. */
  readonly cacheBytes: number
}

/** Batches that each worker has in hand: one being made, one waiting. */
const ahead = 2

/**
 * Worker threads that make batches ahead of the network, in order. Images that one of them decoded are shared with
 * all, as long as the memory lasts.
 */
export class DataPool {
  readonly #workers: readonly Worker[]
  readonly #cacheBytes: number
  readonly #waiting = new Map<
    number,
    { resolve(batch: Batch): void; reject(error: Error): void; readonly worker: Worker }
  >()
  readonly #cached = new Set<number>()
  #bytes = 0
  #next = 0
  #lost: Error | undefined

  constructor({ start, workerFile, workers, cacheBytes }: DataPoolOptions) {
    this.#cacheBytes = cacheBytes
    this.#workers = Array.from({ length: workers }, () => {
      const worker = new Worker(workerFile, { workerData: start })
      worker.on('message', (reply: DataReply) => this.#receive(worker, reply))
      worker.on('error', (error) => this.#fail(error))
      worker.on('exit', (code) => this.#fail(new Error(`a data worker ended with status ${code}`)))
      return worker
    })
  }

  /** The batches of an epoch in the order of their plans. Leaving early drops what is still being made. */
  async *batches(
    epoch: number,
    plans: readonly BatchPlan[],
    pool?: readonly number[],
  ): AsyncGenerator<Batch> {
    const pending: Promise<Batch>[] = []
    let asked = 0
    const ask = (): void => {
      const plan = plans[asked]
      if (!plan) return
      const worker = this.#workers[asked % this.#workers.length] as Worker
      asked++
      const batch = this.#ask(worker, epoch, plan, pool)
      // Awaited in order; a failure of a later one must not end the process before.
      batch.catch(() => undefined)
      pending.push(batch)
    }
    for (let i = 0; i < this.#workers.length * ahead; i++) ask()
    for (let batch = pending.shift(); batch; batch = pending.shift()) {
      const made = await batch
      ask()
      yield made
    }
  }

  async dispose(): Promise<void> {
    this.#lost = new Error('the data workers were ended')
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #ask(
    worker: Worker,
    epoch: number,
    plan: BatchPlan,
    pool: readonly number[] | undefined,
  ): Promise<Batch> {
    if (this.#lost) return Promise.reject(this.#lost)
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, worker })
      send(worker, { type: 'batch', id, epoch, plan, ...(pool ? { pool } : {}) })
    })
  }

  #receive(worker: Worker, reply: DataReply): void {
    if (reply.type === 'decoded') {
      this.#share(worker, reply.image)
      return
    }
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (reply.type === 'batch') waiting?.resolve(reply.batch)
    else waiting?.reject(failure(reply.file, reply.message))
  }

  #share(from: Worker, image: CachedImage): void {
    if (this.#cached.has(image.index) || this.#bytes > this.#cacheBytes) return
    this.#cached.add(image.index)
    this.#bytes += image.data.length
    const full = this.#bytes > this.#cacheBytes
    for (const worker of this.#workers) {
      if (worker !== from) send(worker, { type: 'cached', image })
      if (full) send(worker, { type: 'full' })
    }
  }

  #fail(error: Error): void {
    this.#lost ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#lost)
    this.#waiting.clear()
  }
}

function send(worker: Worker, request: DataRequest): void {
  worker.postMessage(request)
}

function failure(file: string, message: string): Error {
  if (file === '') return new Error(message)
  return new SlimError(
    'data/unreadable-image',
    l10n.t('{0} can not be read: {1}', file, message.split('\n')[0] ?? ''),
    l10n.t('Put the image back, or delete it and its label, and start again.'),
  )
}
