import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Batch, LevelOutput, Losses } from '../contract'
import type { LearnerReply, LearnerRequest, LearnerStart } from './messages'

/** A step of a slow GPU that runs when the end comes. */
const endPatience = 20_000

/** One worker thread and what it is asked for, one thing at a time. */
export class Seat {
  readonly gradients: Float32Array
  readonly statistics: Float32Array
  readonly ready: Promise<void>
  device = ''
  memory = 0
  readonly #worker: Worker
  readonly #gentle: boolean
  #loaded = -1
  #waiting: { resolve(reply: LearnerReply): void; reject(error: Error): void } | undefined
  #lost: Error | undefined

  constructor(file: string, start: LearnerStart) {
    this.gradients = start.gradients
    this.statistics = start.ownStatistics
    this.#gentle = start.backend.kind === 'webgpu'
    this.#worker = new Worker(file, { workerData: start })
    this.#worker.on('message', (reply: LearnerReply) => this.#settle(reply))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', (code) => {
      this.#fail(new Error(`a compute worker ended with status ${code}`))
    })
    this.ready = this.#reply().then((reply) => {
      if (reply.type === 'ready') this.device = reply.device
    })
    // Whoever awaits it hears of a failure; until then it shall not end the process.
    this.ready.catch(() => undefined)
  }

  async step(batch: Batch, version: number): Promise<Losses> {
    const reply = await this.#ask({ type: 'step', batch, load: this.#outdated(version) })
    if (reply.type !== 'stepped') throw new TypeError(`unexpected reply ${reply.type}`)
    this.memory = reply.memory
    return reply.losses
  }

  async infer(batch: Batch, version: number): Promise<readonly LevelOutput[]> {
    const reply = await this.#ask({ type: 'infer', batch, load: this.#outdated(version) })
    if (reply.type !== 'inferred') throw new TypeError(`unexpected reply ${reply.type}`)
    this.memory = reply.memory
    return reply.outputs
  }

  /** Where the backend must let go of its device first, waits until the thread has ended by itself. */
  async end(): Promise<void> {
    if (this.#gentle && !this.#lost) {
      const ended = new Promise((resolve) => this.#worker.once('exit', resolve))
      this.#worker.postMessage({ type: 'end' } satisfies LearnerRequest)
      const late = new AbortController()
      const patience = sleep(endPatience, undefined, { signal: late.signal, ref: false })
      await Promise.race([ended, patience.catch(() => undefined)])
      late.abort()
    }
    await this.#worker.terminate()
  }

  #outdated(version: number): boolean {
    const outdated = this.#loaded !== version
    this.#loaded = version
    return outdated
  }

  #ask(request: LearnerRequest): Promise<LearnerReply> {
    if (this.#lost) return Promise.reject(this.#lost)
    const reply = this.#reply()
    this.#worker.postMessage(request)
    return reply
  }

  #reply(): Promise<LearnerReply> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  #settle(reply: LearnerReply): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (reply.type !== 'failed') {
      waiting?.resolve(reply)
      return
    }
    const error = new Error(reply.message)
    if (reply.stack !== undefined) error.stack = reply.stack
    waiting?.reject(error)
  }

  #fail(error: Error): void {
    this.#lost ??= error
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}
