import { type FileHandle, open } from 'node:fs/promises'
import { asDiskError, errorCode } from '../core/disk/diskErrors'
import { parseEvent } from './eventCheck'
import type { RunEvent } from './events'

/** Bytes read from the log at a time; a line longer than `longestLine` is skipped. */
const chunkBytes = 1 << 20
const longestLine = 16 << 20
const newline = 0x0a

export type EventBatch = {
  readonly events: readonly RunEvent[]
  /** The log was cut short or replaced: forget what earlier batches said. */
  readonly reset: boolean
  /** There is more to read right now. */
  readonly more: boolean
  /** Lines of the ignored types, unparsed: where each lies, to be read when it is wanted. */
  readonly passed: readonly PassedLine[]
}

/** A line that was passed over: its place in the log and its beginning, which holds type and epoch. */
export type PassedLine = { readonly start: number; readonly bytes: number; readonly head: string }

/**
 * Reads an event log as it grows. Keeps an offset, so each call costs what is new; memory is bounded by one
 * chunk and one line however large the log is. Polling a path needs no file watching, so it also works on network
 * file systems.
 */
export class EventReader {
  private offset = 0
  private inode = 0n
  /** The unfinished last line. */
  private rest: Buffer = Buffer.alloc(0)
  /** The unfinished line was already delivered, or is too long: ignore it up to its newline. */
  private skipLine = false
  private ignored: RegExp | undefined
  /** Read into again and again while there is more: a new one for each chunk keeps the collector busy. */
  private chunk: Buffer | undefined

  /** @param ignored types to pass over unparsed; most of a log's bytes are `gamma` events */
  constructor(
    readonly path: string,
    ignored: readonly RunEvent['type'][] = [],
  ) {
    this.ignore(ignored)
  }

  /** From now on, passes over these types instead. */
  ignore(types: readonly RunEvent['type'][]): void {
    this.ignored = types.length > 0 ? new RegExp(`"type": ?"(?:${types.join('|')})"`) : undefined
  }

  /** Events appended since the last call, at most one chunk of them. A missing log is an empty one. */
  async read(): Promise<EventBatch> {
    let file: FileHandle
    try {
      file = await open(this.path, 'r')
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      const reset = this.offset > 0
      this.rewind()
      return { events: [], reset, more: false, passed: [] }
    }
    try {
      const info = await file.stat({ bigint: true })
      const replaced = this.offset > 0 && info.ino !== this.inode
      const reset = replaced || info.size < BigInt(this.offset)
      const from = reset ? 0 : this.offset
      const wanted = Math.min(chunkBytes, Number(info.size) - from)
      const chunk =
        this.chunk && this.chunk.length >= wanted ? this.chunk : Buffer.allocUnsafe(wanted)
      const { bytesRead } = await file.read(chunk, 0, wanted, from)
      // Not before: a read that fails is tried again, and shall tell of the reset then.
      if (reset) this.rewind()
      this.inode = info.ino
      const taken = this.take(chunk.subarray(0, bytesRead))
      this.offset += bytesRead
      const more = bytesRead > 0 && BigInt(this.offset) < info.size
      this.chunk = more ? chunk : undefined
      return { ...taken, reset, more }
    } finally {
      await file.close()
    }
  }

  /** Everything there is now, in batches. */
  async *readAll(): AsyncGenerator<EventBatch> {
    for (;;) {
      const batch = await this.read()
      yield batch
      if (!batch.more) return
    }
  }

  private rewind(): void {
    this.offset = 0
    this.rest = Buffer.alloc(0)
    this.skipLine = false
  }

  /** @param chunk the log from `offset` on */
  private take(chunk: Buffer): Pick<EventBatch, 'events' | 'passed'> {
    const events: RunEvent[] = []
    const passed: PassedLine[] = []
    const push = (line: Buffer, end: number | undefined): boolean => {
      // Writers put the type right after version and time.
      const head = this.ignored ? line.toString('latin1', 0, 80) : ''
      if (this.ignored?.test(head)) {
        if (end !== undefined) {
          passed.push({ start: this.offset + end - line.length, bytes: line.length, head })
        }
        return false
      }
      const event = parseEvent(line.toString('utf8'))
      if (event) events.push(event)
      return event !== undefined
    }
    let start = 0
    for (;;) {
      const end = chunk.indexOf(newline, start)
      if (end < 0) break
      const tail = chunk.subarray(start, end)
      if (!this.skipLine) push(this.rest.length > 0 ? Buffer.concat([this.rest, tail]) : tail, end)
      this.rest = Buffer.alloc(0)
      this.skipLine = false
      start = end + 1
    }
    const tail = chunk.subarray(start)
    if (this.skipLine || tail.length === 0) return { events, passed }
    this.rest = Buffer.concat([this.rest, tail])
    // A JSON object's proper prefix never parses, so a last line that does is whole: its writer died, or is
    // about to write the newline.
    const whole = this.rest.at(-1) === 0x7d && push(this.rest, undefined)
    if (whole || this.rest.length > longestLine) {
      this.skipLine = true
      this.rest = Buffer.alloc(0)
    }
    return { events, passed }
  }
}

/** The events of passed lines, in their order; undefined for one that is torn or no longer there. */
export async function readPassed(
  path: string,
  lines: readonly PassedLine[],
): Promise<(RunEvent | undefined)[]> {
  if (lines.length === 0) return []
  const file = await open(path, 'r')
  try {
    const texts = await Promise.all(
      lines.map(async ({ start, bytes }) => {
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(bytes), 0, bytes, start)
        return buffer.toString('utf8', 0, bytesRead)
      }),
    )
    return texts.map(parseEvent)
  } finally {
    await file.close()
  }
}

type WithoutBase<E> = E extends RunEvent ? Omit<E, 'v' | 't'> : never
/** An event as its writer gives it; version and time are filled in. */
export type NewEvent = WithoutBase<RunEvent>

/**
 * Appends events to a log. Each is one write of a whole line, and a torn last line that a killed writer left is
 * closed with a newline first, so it spoils nothing but itself.
 */
export class EventAppender {
  private queue: Promise<unknown> = Promise.resolve()

  constructor(readonly path: string) {}

  /** Appends one event; resolves when it is written. Calls are written in order. */
  append(event: NewEvent): Promise<RunEvent> {
    const written = this.queue.then(() => appendEvent(this.path, event))
    this.queue = written.catch(() => undefined)
    return written
  }
}

/**
 * Appends one event to the log at `path`, creating it when it is not there, but not its folder: a run whose folder was
 * deleted is not to go on out of sight.
 *
 * @throws SlimError `disk/full`, `disk/read-only`, `disk/folder-gone`
 */
export async function appendEvent(path: string, event: NewEvent): Promise<RunEvent> {
  const full = { v: 1, t: Date.now(), ...event } as RunEvent
  try {
    await appendLine(path, JSON.stringify(full))
  } catch (error) {
    throw asDiskError(path, error)
  }
  return full
}

async function appendLine(path: string, line: string): Promise<void> {
  const file = await open(path, 'a+')
  try {
    const { size } = await file.stat()
    const last = Buffer.alloc(1)
    if (size > 0) await file.read(last, 0, 1, size - 1)
    const heal = size > 0 && last[0] !== newline ? '\n' : ''
    await file.appendFile(`${heal}${line}\n`)
  } finally {
    await file.close()
  }
}
