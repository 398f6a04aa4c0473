import { crc32 } from 'node:zlib'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import { ByteBuilder } from './byteBuilder'

/** Where torch puts the content of every entry, so that a file can be mapped (PyTorchStreamWriter). */
const alignment = 64
const paddingField = 0x4246 // "FB"
const limit32 = 0xfffffff0
const utf8 = new TextEncoder()

/** Writes a zip with stored entries into `write`, one after another; memory is that of the largest. */
export class ZipWriter {
  readonly #write: (bytes: Uint8Array) => void
  readonly #directory = new ByteBuilder()
  #count = 0
  #at = 0

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write
  }

  /** Throws `checkpoint/too-large` past 4 GB: no YOLOv5 model is near it, and zip64 would be untested ballast. */
  add(name: string, content: Uint8Array): void {
    const encoded = utf8.encode(name)
    if (this.#at + content.length + encoded.length + 256 > limit32 || this.#count >= 0xfffe) {
      throw new SlimError(
        'checkpoint/too-large',
        l10n.t('The checkpoint would be larger than 4 GB.'),
        l10n.t('Save only the model, in half precision.'),
      )
    }
    const crc = crc32(content)
    const start = this.#at + 30 + encoded.length + 4
    const padding = (alignment - (start % alignment)) % alignment
    const local = new ByteBuilder(256)
    local.u32(0x04034b50)
    fields(local, crc, content.length, encoded.length, 4 + padding)
    local.bytes(encoded).u16(paddingField).u16(padding).zeros(padding)

    this.#directory.u32(0x02014b50).u16(20)
    fields(this.#directory, crc, content.length, encoded.length, 0)
    this.#directory.u16(0).u16(0).u16(0).u32(0).u32(this.#at).bytes(encoded)
    this.#count++
    this.#put(local.finish())
    this.#put(content)
  }

  finish(): void {
    const directory = this.#directory.finish()
    const offset = this.#at
    this.#put(directory)
    const end = new ByteBuilder().u32(0x06054b50).u16(0).u16(0).u16(this.#count).u16(this.#count)
    this.#put(end.u32(directory.length).u32(offset).u16(0).finish())
  }

  #put(bytes: Uint8Array): void {
    this.#write(bytes)
    this.#at += bytes.length
  }
}

/** The fields that local header and directory share: UTF-8 names, stored, 1980-01-01 for equal bytes each time. */
function fields(out: ByteBuilder, crc: number, size: number, name: number, extra: number): void {
  out.u16(20).u16(0x0800).u16(0).u16(0).u16(0x0021)
  out.u32(crc).u32(size).u32(size).u16(name).u16(extra)
}
