import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'

/** Random access to bytes. The rest of the reader knows only this, never a file. */
export type ByteSource = {
  /** What messages call it, usually the file's path. */
  readonly name: string
  readonly size: number
  /** Exactly `length` bytes from `offset`; throws a SlimError when they are not there. */
  read(offset: number, length: number): Uint8Array
  close(): void
}

/** A file opened for reading; the size is what it was at this moment. */
export function fileSource(file: string): ByteSource {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    throw unreadable(file, error)
  }
  let size: number
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) {
      throw new SlimError(
        'checkpoint/not-a-file',
        l10n.t('{0} is not a regular file.', file),
        l10n.t('Name a checkpoint file, such as runs/train/exp/weights/last.pt.'),
      )
    }
    size = stat.size
  } catch (error) {
    closeSync(descriptor)
    throw error instanceof SlimError ? error : unreadable(file, error)
  }
  let open = true
  return {
    name: file,
    size,
    read(offset, length) {
      if (!open) throw closed(file)
      checkRange(file, size, offset, length)
      const bytes = new Uint8Array(length)
      let done = 0
      while (done < length) {
        let got: number
        try {
          got = readSync(descriptor, bytes, done, length - done, offset + done)
        } catch (error) {
          throw unreadable(file, error)
        }
        if (got === 0) throw changed(file)
        done += got
      }
      return bytes
    },
    close() {
      if (open) closeSync(descriptor)
      open = false
    },
  }
}

/** Bytes that are in memory already. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read(offset, length) {
      checkRange(name, bytes.length, offset, length)
      return bytes.slice(offset, offset + length)
    },
    close() {},
  }
}

function checkRange(name: string, size: number, offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw corrupt(name, l10n.t('an impossible position is named'))
  }
  if (offset + length > size) throw truncated(name)
}

export function truncated(name: string): SlimError {
  return new SlimError(
    'checkpoint/truncated',
    l10n.t('{0} ends too early: it was not copied or saved completely.', name),
    l10n.t('Copy or download it again, or use another checkpoint of the run.'),
  )
}

export function corrupt(name: string, what: string): SlimError {
  return new SlimError(
    'checkpoint/corrupt',
    l10n.t('{0} is damaged: {1}.', name, what),
    l10n.t('Copy or download it again, or use another checkpoint of the run.'),
  )
}

function changed(name: string): SlimError {
  return new SlimError(
    'checkpoint/changed',
    l10n.t('{0} became shorter while it was being read.', name),
    l10n.t('Wait until training has finished writing it, then try again.'),
  )
}

function closed(name: string): SlimError {
  return new SlimError(
    'checkpoint/closed',
    l10n.t('{0} was closed before all of it was read.', name),
    l10n.t('Open the checkpoint again.'),
  )
}

function unreadable(name: string, cause: unknown): SlimError {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new SlimError(
      'checkpoint/not-found',
      l10n.t('There is no file {0}.', name),
      l10n.t('Check the path; YOLOv5 writes checkpoints to runs/train/<name>/weights/.'),
      { cause },
    )
  }
  return new SlimError(
    'checkpoint/unreadable',
    l10n.t('{0} can not be read ({1}).', name, code ?? String(cause)),
    l10n.t('Check the permissions of the file and the disk it lies on.'),
    { cause },
  )
}
