/**
 * Protocol Buffers' wire format, as far as TensorBoard's event files use it.
 */

/** A field of a message: numbers of 32 and 64 bits stay bytes, since only the field's type says what they are. */
export type WireField =
  | { readonly number: number; readonly kind: 'varint'; readonly value: number }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Uint8Array }

/** Field kinds on the wire. */
const [varintKind, eightBytes, lengthGiven, fourBytes] = [0, 1, 2, 5]

/**
 * The fields of a message in order. Ends early, without an error, where the bytes are no message: what was read so far
 * holds, and a chart with a gap is better than none.
 */
export function* wireFields(message: Uint8Array): Generator<WireField> {
  const at = { offset: 0 }
  while (at.offset < message.length) {
    const key = readVarint(message, at)
    if (key === undefined) return
    const number = Math.floor(key / 8)
    const kind = key % 8
    if (kind === varintKind) {
      const value = readVarint(message, at)
      if (value === undefined) return
      yield { number, kind: 'varint', value }
      continue
    }
    const length =
      kind === eightBytes
        ? 8
        : kind === fourBytes
          ? 4
          : kind === lengthGiven
            ? readVarint(message, at)
            : undefined
    if (length === undefined || at.offset + length > message.length) return
    yield { number, kind: 'bytes', value: message.subarray(at.offset, at.offset + length) }
    at.offset += length
  }
}

function readVarint(bytes: Uint8Array, at: { offset: number }): number | undefined {
  let value = 0
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at.offset++]
    if (byte === undefined) return undefined
    // Multiplied, since shifts stop at 32 bits; exact up to 2^53, more than any step.
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return value
  }
  return undefined
}

export function readDouble(bytes: Uint8Array, offset = 0): number {
  return view(bytes).getFloat64(offset, true)
}

export function readFloat(bytes: Uint8Array, offset = 0): number {
  return view(bytes).getFloat32(offset, true)
}

/** Packed doubles, or the one that an unpacked repeated field holds. */
export function readDoubles(bytes: Uint8Array): number[] {
  return Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) => readDouble(bytes, 8 * i))
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Puts a message together. */
export class WireWriter {
  private readonly parts: Uint8Array[] = []

  varint(field: number, value: number): this {
    this.parts.push(varintBytes(field * 8 + varintKind), varintBytes(value))
    return this
  }

  double(field: number, value: number): this {
    const bytes = new Uint8Array(8)
    view(bytes).setFloat64(0, value, true)
    this.parts.push(varintBytes(field * 8 + eightBytes), bytes)
    return this
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4)
    view(bytes).setFloat32(0, value, true)
    this.parts.push(varintBytes(field * 8 + fourBytes), bytes)
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.parts.push(varintBytes(field * 8 + lengthGiven), varintBytes(value.length), value)
    return this
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }

  doubles(field: number, values: readonly number[]): this {
    const bytes = new Uint8Array(8 * values.length)
    values.forEach((value, i) => {
      view(bytes).setFloat64(8 * i, value, true)
    })
    return this.bytes(field, bytes)
  }

  finish(): Uint8Array {
    return concatBytes(this.parts)
  }
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
