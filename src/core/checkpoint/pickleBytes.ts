import * as l10n from '@vscode/l10n'
import { corrupt } from './source'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
/** Python ints in a checkpoint are sizes and seeds; a longer one only costs time. */
const maxLongBytes = 4096

/** A cursor over a pickle; every length is checked against what is left. */
export class PickleBytes {
  readonly #name: string
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(name: string, bytes: Uint8Array) {
    this.#name = name
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true)
  }

  f64(): number {
    return this.#view.getFloat64(this.#advance(8), false)
  }

  /** A 64-bit length. */
  length8(): number {
    const value = this.#view.getBigUint64(this.#advance(8), true)
    if (value > BigInt(this.#bytes.length)) throw this.#cutOff()
    return Number(value)
  }

  /** A copy of the next `length` bytes. */
  take(length: number): Uint8Array {
    const at = this.#advance(length)
    return this.#bytes.slice(at, at + length)
  }

  text(length: number): string {
    const at = this.#advance(length)
    return decode(this.#bytes, at, at + length)
  }

  /** Up to the next line feed, which is consumed. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#at)
    if (end < 0) throw this.#cutOff()
    const text = decode(this.#bytes, this.#at, end)
    this.#at = end + 1
    return text
  }

  /** A little-endian two's complement integer. */
  long(length: number): number | bigint {
    if (length === 0) return 0
    if (length > maxLongBytes) {
      throw corrupt(this.#name, l10n.t('it holds an integer of {0} bytes', length))
    }
    const at = this.#advance(length)
    let hex = '0x'
    for (let i = at + length - 1; i >= at; i--) {
      hex += (this.#bytes[i] ?? 0).toString(16).padStart(2, '0')
    }
    const value = BigInt.asIntN(length * 8, BigInt(hex))
    const small = Number(value)
    return Number.isSafeInteger(small) ? small : value
  }

  #advance(length: number): number {
    const at = this.#at
    if (at + length > this.#bytes.length) throw this.#cutOff()
    this.#at = at + length
    return at
  }

  #cutOff() {
    return corrupt(this.#name, l10n.t('its pickle is cut off'))
  }
}

/** Short ASCII, which is nearly all there is, decodes faster by hand than through TextDecoder. */
function decode(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 40) return utf8.decode(bytes.subarray(start, end))
  let text = ''
  for (let i = start; i < end; i++) {
    const code = bytes[i] as number
    if (code > 127) return utf8.decode(bytes.subarray(start, end))
    text += String.fromCharCode(code)
  }
  return text
}
