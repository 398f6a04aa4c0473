import { crc32, inflateRawSync } from 'node:zlib'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import { type ByteSource, corrupt } from './source'
import { readDirectory, type ZipEntry } from './zipDirectory'

/** Deflate can not do better than 1032 : 1. */
const maxRatio = 1032
/** A deflated entry must be unpacked whole; torch itself stores. */
const maxInflated = 192 << 20
const localSignature = 0x04034b50

export type ZipArchive = {
  readonly entries: ReadonlyMap<string, ZipEntry>
  /** The whole content of an entry. `verify` compares its CRC-32. */
  readAll(entry: ZipEntry, verify?: boolean): Uint8Array
  /** `length` bytes from `offset` of an entry's content. */
  read(entry: ZipEntry, offset: number, length: number): Uint8Array
}

/** Reads the directory now and contents on demand; throws SlimErrors. */
export function openArchive(source: ByteSource): ZipArchive {
  const entries = readDirectory(source)
  const dataOffsets = new Map<ZipEntry, number>()
  let inflated: { readonly entry: ZipEntry; readonly bytes: Uint8Array } | undefined

  /** Position of the content, and the content too where it is small enough to come along. */
  function locate(entry: ZipEntry): { offset: number; bytes?: Uint8Array } {
    const known = dataOffsets.get(entry)
    if (known !== undefined) return { offset: known }
    const ahead = entry.compressedSize <= 8192 ? 30 + entry.name.length + 160 : 30
    const wanted = entry.compressedSize <= 8192 ? ahead + entry.compressedSize : 30
    const head = source.read(
      entry.headerOffset,
      Math.max(30, Math.min(wanted, source.size - entry.headerOffset)),
    )
    const view = new DataView(head.buffer, head.byteOffset, head.length)
    const method = entry.method === 'stored' ? 0 : 8
    if (view.getUint32(0, true) !== localSignature || view.getUint16(8, true) !== method) {
      throw corrupt(source.name, l10n.t('{0} is not where the directory says', entry.name))
    }
    const start = 30 + view.getUint16(26, true) + view.getUint16(28, true)
    const offset = entry.headerOffset + start
    if (offset + entry.compressedSize > source.size) {
      throw corrupt(source.name, l10n.t('{0} lies outside the file', entry.name))
    }
    dataOffsets.set(entry, offset)
    const bytes = head.subarray(start, start + entry.compressedSize)
    return bytes.length === entry.compressedSize ? { offset, bytes } : { offset }
  }

  function inflate(entry: ZipEntry): Uint8Array {
    if (inflated?.entry === entry) return inflated.bytes
    if (entry.size > maxInflated) throw tooLarge(source.name, entry)
    if (entry.size > entry.compressedSize * maxRatio) {
      throw corrupt(source.name, l10n.t('{0} can not be as large as it claims', entry.name))
    }
    const located = locate(entry)
    const packed = located.bytes ?? source.read(located.offset, entry.compressedSize)
    let bytes: Uint8Array
    try {
      bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) })
    } catch {
      throw corrupt(source.name, l10n.t('{0} can not be unpacked', entry.name))
    }
    if (bytes.length !== entry.size) {
      throw corrupt(source.name, l10n.t('{0} names two sizes', entry.name))
    }
    inflated = { entry, bytes }
    return bytes
  }

  function read(entry: ZipEntry, offset: number, length: number): Uint8Array {
    if (offset < 0 || length < 0 || offset + length > entry.size) {
      throw corrupt(source.name, l10n.t('{0} is too short', entry.name))
    }
    if (entry.method === 'deflated') return inflate(entry).slice(offset, offset + length)
    const located = locate(entry)
    return (
      located.bytes?.slice(offset, offset + length) ?? source.read(located.offset + offset, length)
    )
  }

  return {
    entries,
    read,
    readAll(entry, verify = false) {
      const bytes = read(entry, 0, entry.size)
      // torch can be told to leave checksums out, and then writes 0.
      if (verify && entry.crc !== 0 && crc32(bytes) !== entry.crc) {
        throw corrupt(source.name, l10n.t('the checksum of {0} is wrong', entry.name))
      }
      return bytes
    },
  }
}

function tooLarge(file: string, entry: ZipEntry): SlimError {
  return new SlimError(
    'checkpoint/too-large',
    l10n.t('In {0} the file {1} unpacks to {2} MB.', file, entry.name, entry.size >> 20),
    l10n.t('Save the checkpoint again with torch.save, which does not compress.'),
  )
}
