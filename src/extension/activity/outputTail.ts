import { open } from 'node:fs/promises'
import { OutputLines } from './outputLines'

/** Of output that is there already, this much is worth showing. */
const tailBytes = 16 << 10
const chunkBytes = 256 << 10

/** Reads a growing output file by its offset; polled, so it also works on network file systems. */
export class OutputTail {
  private offset: number | undefined
  private readonly lines = new OutputLines()
  private readonly decoder = new TextDecoder()
  private reading: Promise<unknown> = Promise.resolve()

  constructor(private readonly path: string) {}

  /** Lines written since the last call, which may still be under way; none while the file is not there. */
  read(): Promise<readonly string[]> {
    const next = this.reading.then(() => this.readOn())
    this.reading = next.catch(() => undefined)
    return next
  }

  private async readOn(): Promise<readonly string[]> {
    const file = await open(this.path, 'r').catch(() => undefined)
    if (!file) return []
    try {
      const { size } = await file.stat()
      this.offset ??= Math.max(0, size - tailBytes)
      const found: string[] = []
      while (this.offset < size) {
        const length = Math.min(chunkBytes, size - this.offset)
        const { bytesRead, buffer } = await file.read({
          buffer: Buffer.alloc(length),
          position: this.offset,
        })
        if (bytesRead === 0) break
        this.offset += bytesRead
        const text = this.decoder.decode(buffer.subarray(0, bytesRead), { stream: true })
        found.push(...this.lines.push(text))
      }
      return found
    } finally {
      await file.close()
    }
  }
}
