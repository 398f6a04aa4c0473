import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import { type ByteSource, corrupt, truncated } from './source'

/** One file of the archive, as the central directory describes it. */
export type ZipEntry = {
  readonly name: string
  readonly method: 'stored' | 'deflated'
  readonly crc: number
  readonly compressedSize: number
  readonly size: number
  /** Of the local header in the file. */
  readonly headerOffset: number
}

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const locatorSignature = 0x07064b50
const entrySignature = 0x02014b50
const maxComment = 0xffff
/** A YOLOv5x6 with optimizer has some 4,000 entries; these bounds keep a hostile directory cheap. */
const maxEntries = 100_000
const maxDirectoryBytes = 24 << 20
const utf8 = new TextDecoder('utf-8')

type End = { count: number; size: number; offset: number; end: number }

/**
 * The central directory of a zip, in file order. Format: PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16.
 * Throws a SlimError when it is truncated, contradicts itself, or holds what no torch file holds
 * (encryption, duplicate names, overlaps, several disks).
 */
export function readDirectory(source: ByteSource): ReadonlyMap<string, ZipEntry> {
  const end = findEnd(source)
  if (end.count > maxEntries || end.size > maxDirectoryBytes) {
    throw corrupt(source.name, l10n.t('its directory claims {0} files', end.count))
  }
  if (end.offset + end.size > end.end) {
    throw corrupt(source.name, l10n.t('its directory lies outside the file'))
  }
  const bytes = source.read(end.offset, end.size)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries = new Map<string, ZipEntry>()
  let at = 0
  for (let i = 0; i < end.count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== entrySignature) {
      throw corrupt(source.name, l10n.t('its directory is cut off'))
    }
    const length =
      46 +
      view.getUint16(at + 28, true) +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true)
    if (at + length > bytes.length) {
      throw corrupt(source.name, l10n.t('its directory is cut off'))
    }
    const entry = parseEntry(source.name, bytes, view, at)
    at += length
    if (!entry) continue
    if (entries.has(entry.name)) {
      throw corrupt(source.name, l10n.t('{0} is in it twice', entry.name))
    }
    entries.set(entry.name, entry)
  }
  checkOverlap(source.name, entries, end.offset)
  return entries
}

function findEnd(source: ByteSource): End {
  const tailSize = Math.min(source.size, 22 + maxComment)
  const tail = source.read(source.size - tailSize, tailSize)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length)
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== endSignature) continue
    if (at + 22 + view.getUint16(at + 20, true) !== tail.length) continue
    if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 6, true) !== 0) {
      const disks = view.getUint16(at + 4, true)
      if (disks !== 0xffff) throw corrupt(source.name, l10n.t('it spans several disks'))
    }
    const end: End = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
      end: source.size - tail.length + at,
    }
    return findEnd64(source, end) ?? end
  }
  throw truncated(source.name)
}

function findEnd64(source: ByteSource, end: End): End | undefined {
  const needed = end.count === 0xffff || end.size === 0xffffffff || end.offset === 0xffffffff
  if (end.end < 20) {
    if (needed) throw truncated(source.name)
    return undefined
  }
  const locator = source.read(end.end - 20, 20)
  const view = new DataView(locator.buffer, locator.byteOffset, locator.length)
  if (view.getUint32(0, true) !== locatorSignature) {
    if (needed) throw corrupt(source.name, l10n.t('its zip64 directory is missing'))
    return undefined
  }
  const position = integer(source.name, view, 8)
  const record = source.read(position, 56)
  const record64 = new DataView(record.buffer, record.byteOffset, record.length)
  if (record64.getUint32(0, true) !== end64Signature) {
    throw corrupt(source.name, l10n.t('its zip64 directory is missing'))
  }
  return {
    count: integer(source.name, record64, 32),
    size: integer(source.name, record64, 40),
    offset: integer(source.name, record64, 48),
    end: position,
  }
}

function integer(name: string, view: DataView, at: number): number {
  const value = view.getBigUint64(at, true)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw corrupt(name, l10n.t('an impossible position is named'))
  }
  return Number(value)
}

/** The entry at `at`, or undefined for a folder. */
function parseEntry(
  file: string,
  bytes: Uint8Array,
  view: DataView,
  at: number,
): ZipEntry | undefined {
  const flags = view.getUint16(at + 8, true)
  const method = view.getUint16(at + 10, true)
  const nameLength = view.getUint16(at + 28, true)
  const extraLength = view.getUint16(at + 30, true)
  const name = utf8.decode(bytes.subarray(at + 46, at + 46 + nameLength))
  if (name.endsWith('/')) return undefined
  if ((flags & 0x2041) !== 0) throw unsupported(file, name, l10n.t('is encrypted'))
  const madeBy = view.getUint8(at + 5)
  const mode = view.getUint32(at + 38, true) >>> 16
  if (madeBy === 3 && (mode & 0xf000) === 0xa000) {
    throw unsupported(file, name, l10n.t('is a symbolic link'))
  }
  if (method !== 0 && method !== 8) {
    throw unsupported(file, name, l10n.t('is compressed by method {0}', method))
  }
  const compressed32 = view.getUint32(at + 20, true)
  const size32 = view.getUint32(at + 24, true)
  const offset32 = view.getUint32(at + 42, true)
  const wide = [size32, compressed32, offset32].map((field) => field === 0xffffffff)
  const extraAt = at + 46 + nameLength
  const values = wide.includes(true)
    ? zip64Extra(file, view, extraAt, extraAt + extraLength, wide)
    : []
  const [size = size32, compressedSize = compressed32, headerOffset = offset32] = values
  if (method === 0 && compressedSize !== size) {
    throw corrupt(file, l10n.t('{0} names two sizes', name))
  }
  return {
    name,
    method: method === 0 ? 'stored' : 'deflated',
    crc: view.getUint32(at + 16, true),
    compressedSize,
    size,
    headerOffset,
  }
}

/** The 64-bit values of the extra field 0x0001; it holds only those whose 32-bit field is all ones. */
function zip64Extra(
  file: string,
  view: DataView,
  start: number,
  end: number,
  wide: readonly boolean[],
): (number | undefined)[] {
  let at = start
  while (at + 4 <= end) {
    const id = view.getUint16(at, true)
    const length = view.getUint16(at + 2, true)
    if (at + 4 + length > end) break
    if (id === 1) {
      let field = at + 4
      return wide.map((present) => {
        if (!present) return undefined
        if (field + 8 > at + 4 + length) {
          throw corrupt(file, l10n.t('its directory is cut off'))
        }
        field += 8
        return integer(file, view, field - 8)
      })
    }
    at += 4 + length
  }
  throw corrupt(file, l10n.t('its zip64 directory is missing'))
}

function checkOverlap(
  file: string,
  entries: ReadonlyMap<string, ZipEntry>,
  directoryOffset: number,
): void {
  const order = [...entries.values()].sort((a, b) => a.headerOffset - b.headerOffset)
  let free = 0
  for (const entry of order) {
    if (entry.headerOffset < free) throw corrupt(file, l10n.t('its files overlap'))
    free = entry.headerOffset + 30 + entry.compressedSize
    if (free > directoryOffset) throw corrupt(file, l10n.t('{0} lies outside the file', entry.name))
  }
}

function unsupported(file: string, entry: string, what: string): SlimError {
  return new SlimError(
    'checkpoint/unsupported-zip',
    l10n.t('In {0} the file {1} {2}; torch writes no such archive.', file, entry, what),
    l10n.t('Save the checkpoint again with torch.save.'),
  )
}
