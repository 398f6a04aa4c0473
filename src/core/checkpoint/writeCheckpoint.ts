import { writeAtomically } from './atomicFile'
import type { Checkpoint } from './checkpoint'
import { writeTorchPickle } from './pickleWriter'
import type { PyValue } from './values'
import { ZipWriter } from './zipWriter'

/**
 * Writes a graph that came from `checkpoint`, edited or not, as a file that `torch.load` reads. Untouched
 * storages are copied as they are, storages without a tensor are left out. The file appears whole or not at
 * all. Returns its size in bytes. Throws a SlimError.
 */
export function writeCheckpoint(checkpoint: Checkpoint, root: PyValue, file: string): number {
  let size = 0
  writeAtomically(file, (write) => {
    size = produce(checkpoint, root, write)
  })
  return size
}

/** Bytes that `writeCheckpoint` would write. Throws what it throws, but for the disk's errors. */
export function measureCheckpoint(checkpoint: Checkpoint, root: PyValue): number {
  return produce(checkpoint, root, () => {})
}

function produce(
  checkpoint: Checkpoint,
  root: PyValue,
  write: (bytes: Uint8Array) => void,
): number {
  const pickle = writeTorchPickle(root, checkpoint.protocol)
  let size = 0
  const zip = new ZipWriter((bytes) => {
    size += bytes.length
    write(bytes)
  })
  const text = new TextEncoder()
  zip.add('archive/data.pkl', pickle.bytes)
  if (checkpoint.byteorder !== undefined) {
    zip.add('archive/byteorder', text.encode(checkpoint.byteorder))
  }
  pickle.storages.forEach((storage, key) => {
    zip.add(`archive/data/${key}`, checkpoint.readStorage(storage))
  })
  zip.add('archive/version', text.encode(checkpoint.version ?? '3\n'))
  zip.finish()
  return size
}
