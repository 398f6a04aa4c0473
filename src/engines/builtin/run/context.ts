import { dirname, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { EventAppender, type NewEvent } from '../../../runs/eventLog'
import { SummaryWriter } from '../../../runs/summaries'
import type { BuiltinConfig } from '../stage/contract'

/** Asked to stop. */
export class Stopped extends Error {}

/** What every part of a run has at hand. */
export class RunContext {
  readonly config: BuiltinConfig
  /** Aborted with `Stopped` when the run is asked to end. */
  readonly stop: AbortSignal
  readonly #events: EventAppender
  readonly #summaries: SummaryWriter
  #pending: Promise<unknown> = Promise.resolve()
  #copied: Promise<unknown> = Promise.resolve()
  /** Why an event could not be written. */
  #failure: unknown
  readonly #endings: (() => Promise<unknown>)[] = []
  /** The epoch that runs, once there is one. */
  epoch: number | undefined

  constructor(config: BuiltinConfig, stop: AbortSignal) {
    this.config = config
    this.stop = stop
    this.#events = new EventAppender(config.eventsFile)
    this.#summaries = new SummaryWriter(dirname(config.eventsFile))
  }

  /** Appends an event; they are written in order. */
  emit(event: NewEvent): void {
    const written = this.#events.append(event)
    this.#pending = written
    written.catch((error: unknown) => {
      this.#failure ??= error
    })
    // A copy for another program's charts is no reason to end a training.
    this.#copied = Promise.all([written, this.#copied])
      .then(([full]) => this.#summaries.write(full))
      .catch(() => undefined)
  }

  /** Appends an event and waits until it, and all before, are on disk. */
  async emitted(event: NewEvent): Promise<void> {
    this.emit(event)
    await this.#pending
    await this.#copied
  }

  /**
   * Waits until every event so far is on disk.
   *
   * @throws SlimError `disk/full`, `disk/read-only`, `disk/folder-gone` of the first that could not be written
   */
  async written(): Promise<void> {
    await this.#pending.catch(() => undefined)
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Ends something with the run, once its end is on record: what is native may take the process down. */
  closing(end: () => Promise<unknown>): void {
    this.#endings.push(end)
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#endings.map((end) => end()))
  }

  warn(code: string, text: string, remedy?: string): void {
    this.say(`${l10n.t('warning')}: ${text}`)
    this.emit({ type: 'warning', code, text, ...(remedy === undefined ? {} : { remedy }) })
  }

  /** A line of the run's output file. */
  say(text: string): void {
    process.stdout.write(`${text}\n`)
  }

  path(...parts: readonly string[]): string {
    return join(this.config.runDir, ...parts)
  }
}
