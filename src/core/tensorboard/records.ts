import { maskedCrc32c } from './crc32c'
import { concatBytes } from './wire'

/** Length (8 bytes) with its CRC (4) before a record, the record's CRC (4) behind it. */
const headBytes = 12
const footBytes = 4
/** A record larger than this is no event of a training; its length is damaged. */
const largestRecord = 256 << 20

/** One record in the framing of TFRecord files. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const head = new Uint8Array(headBytes)
  const numbers = new DataView(head.buffer)
  numbers.setUint32(0, data.length, true)
  numbers.setUint32(8, maskedCrc32c(head.subarray(0, 8)), true)
  const foot = new Uint8Array(footBytes)
  new DataView(foot.buffer).setUint32(0, maskedCrc32c(data), true)
  return concatBytes([head, data, foot])
}

/**
 * Takes records from a file as it grows: give it the bytes as they come. A record that is not whole yet waits for the
 * rest; one whose CRC is wrong is left out; after a damaged length nothing more can be found.
 */
export class RecordSplitter {
  private rest: Uint8Array = new Uint8Array(0)
  private damaged = false

  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (this.damaged) return []
    const bytes = this.rest.length > 0 ? concatBytes([this.rest, chunk]) : chunk
    const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const records: Uint8Array[] = []
    let offset = 0
    while (offset + headBytes <= bytes.length) {
      const length = numbers.getUint32(offset, true) + numbers.getUint32(offset + 4, true) * 2 ** 32
      const sum = maskedCrc32c(bytes.subarray(offset, offset + 8))
      if (sum !== numbers.getUint32(offset + 8, true) || length > largestRecord) {
        this.damaged = true
        break
      }
      const begin = offset + headBytes
      if (begin + length + footBytes > bytes.length) break
      const record = bytes.subarray(begin, begin + length)
      if (maskedCrc32c(record) === numbers.getUint32(begin + length, true)) records.push(record)
      offset = begin + length + footBytes
    }
    // A copy: the caller may read into the same buffer again.
    this.rest = this.damaged ? new Uint8Array(0) : bytes.slice(offset)
    return records
  }
}
