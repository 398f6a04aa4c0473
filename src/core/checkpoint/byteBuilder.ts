/** Bytes that grow; numbers are little-endian unless the name says otherwise. */
export class ByteBuilder {
  #bytes: Uint8Array
  #view: DataView
  #length = 0

  constructor(capacity = 1 << 16) {
    const bytes = new Uint8Array(capacity)
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }

  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    const at = this.#grow(1)
    this.#view.setUint8(at, value)
    return this
  }

  u16(value: number): this {
    const at = this.#grow(2)
    this.#view.setUint16(at, value, true)
    return this
  }

  u32(value: number): this {
    const at = this.#grow(4)
    this.#view.setUint32(at, value, true)
    return this
  }

  i32(value: number): this {
    const at = this.#grow(4)
    this.#view.setInt32(at, value, true)
    return this
  }

  u64(value: number): this {
    const at = this.#grow(8)
    this.#view.setBigUint64(at, BigInt(value), true)
    return this
  }

  f64BigEndian(value: number): this {
    const at = this.#grow(8)
    this.#view.setFloat64(at, value, false)
    return this
  }

  bytes(content: Uint8Array): this {
    const at = this.#grow(content.length)
    this.#bytes.set(content, at)
    return this
  }

  zeros(count: number): this {
    const at = this.#grow(count)
    this.#bytes.fill(0, at, this.#length)
    return this
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #grow(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length))
      larger.set(this.#bytes.subarray(0, at))
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return at
  }
}
