import { writeAtomically } from './atomicFile'
import type { Checkpoint } from './checkpoint'
import { writeTorchPickle } from './pickleWriter'
import type { PyValue } from './values'
import { ZipWriter } from './zipWriter'

/** What the writer asks of the checkpoint that a graph came from. */
export type CheckpointSource = Pick<
  Checkpoint,
  'protocol' | 'byteorder' | 'version' | 'readStorage'
>

/**
 * Writes a graph that came from `checkpoint`, edited or not, as a file that `torch.load` reads. Untouched
 * storages are copied as they are, storages without a tensor are left out. The file appears whole or not at
 * all. Returns its size in bytes. Throws a SlimError.
 */
export function writeCheckpoint(checkpoint: CheckpointSource, root: PyValue, file: string): number {
  let size = 0
  writeAtomically(file, (write) => {
    size = produce(checkpoint, root, write)
  })
  return size
}

/** The same in memory. */
export function checkpointBytes(checkpoint: CheckpointSource, root: PyValue): Uint8Array {
  const parts: Uint8Array[] = []
  produce(checkpoint, root, (bytes) => parts.push(bytes.slice()))
  return Buffer.concat(parts)
}

/** Bytes that `writeCheckpoint` would write. Throws what it throws, but for the disk's errors. */
export function measureCheckpoint(checkpoint: CheckpointSource, root: PyValue): number {
  return produce(checkpoint, root, () => {})
}

function produce(
  checkpoint: CheckpointSource,
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
