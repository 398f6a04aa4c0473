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
  const pickle = writeTorchPickle(root, checkpoint.protocol)
  let size = 0
  writeAtomically(file, (write) => {
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
  })
  return size
}
