import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import { archivePrefix, refuseForeignFile } from './recognise'
import { type ByteSource, corrupt, fileSource } from './source'
import { gather, notNumeric, numelOf, toFloat32 } from './tensorData'
import { checkBounds, elementBytes, readTorchPickle } from './torchPickle'
import { dtypeBytes, type PyGlobal, type PyStorage, type PyTensor, type PyValue } from './values'
import { openArchive, type ZipArchive } from './zipArchive'
import type { ZipEntry } from './zipDirectory'

const maxPickleBytes = 32 << 20
/** A view may repeat its storage (stride 0); beyond this and the file's own size it is no honest tensor. */
const maxExpandedBytes = 64 << 20

/**
 * An open checkpoint: its object graph, and its tensors' bytes on demand. The graph is mutable data (see
 * values.ts). Close it when done.
 */
export class Checkpoint {
  /** Path or other name of the source. */
  readonly name: string
  /** Bytes of the file. */
  readonly size: number
  readonly root: PyValue
  /** Every global that unpickling would import, in order of appearance. */
  readonly imports: readonly PyGlobal[]
  /** `getattr` is imported for nothing but methods of YOLOv5's own classes, as segmentation models do. */
  readonly harmlessGetattr: boolean
  readonly protocol: number
  /** Content of the archive's `version`, e.g. `3\n`. */
  readonly version: string | undefined
  /** Content of the archive's `byteorder`, in files of torch 2.1 and newer. */
  readonly byteorder: string | undefined
  readonly #source: ByteSource
  readonly #archive: ZipArchive
  readonly #prefix: string

  constructor(source: ByteSource) {
    refuseForeignFile(source)
    this.name = source.name
    this.size = source.size
    this.#source = source
    this.#archive = openArchive(source)
    this.#prefix = archivePrefix(source, this.#archive.entries)
    this.version = this.#small('version')
    this.byteorder = this.#small('byteorder')
    if (this.byteorder !== undefined && this.byteorder.trim() !== 'little') {
      throw new SlimError(
        'checkpoint/big-endian',
        l10n.t('{0} was saved on a big-endian machine.', this.name),
        l10n.t('Load and save it again with torch on an x86 or ARM machine.'),
      )
    }
    const content = this.#pickle()
    const pickle = readTorchPickle(this.name, content, (key) => this.#entry(key))
    this.root = pickle.root
    this.imports = pickle.globals
    this.harmlessGetattr = pickle.harmlessGetattr
    this.protocol = pickle.protocol
  }

  /** Bytes of a storage as they are in the archive (or as replaced), little-endian. */
  readStorage(storage: PyStorage): Uint8Array {
    return this.#slice(storage, 0, storage.numel)
  }

  /** A tensor's elements in its own dtype, little-endian, row-major, without gaps. */
  readTensorBytes(tensor: PyTensor): Uint8Array {
    const { storage, offset, shape, stride } = tensor
    if (storage.opaque) throw notNumeric(this.name, storage.opaque.className.path)
    checkBounds(this.name, storage, offset, shape, stride)
    const numel = numelOf(shape)
    if (numel === 0) return new Uint8Array(0)
    const size = numel * dtypeBytes[tensor.dtype]
    if (size > Math.max(this.size, maxExpandedBytes, storage.bytes?.length ?? 0)) {
      throw corrupt(this.name, l10n.t('a tensor is larger than the whole file'))
    }
    const last = shape.reduce((sum, n, i) => sum + (n - 1) * (stride[i] ?? 0), 0)
    return gather(tensor, this.#slice(storage, offset, last + 1))
  }

  /** A tensor's values as float32 in row-major order; float64 and int64 are rounded. */
  readTensor(tensor: PyTensor): Float32Array {
    return toFloat32(tensor.dtype, this.readTensorBytes(tensor))
  }

  close(): void {
    this.#source.close()
  }

  #slice(storage: PyStorage, offset: number, numel: number): Uint8Array {
    const width = elementBytes(storage)
    if (storage.bytes) return storage.bytes.subarray(offset * width, (offset + numel) * width)
    const entry = this.#entry(storage.key)
    if (!entry) throw corrupt(this.name, l10n.t('storage {0} is missing', storage.key))
    return this.#archive.read(entry, offset * width, numel * width)
  }

  #entry(key: string): ZipEntry | undefined {
    return this.#archive.entries.get(`${this.#prefix}data/${key}`)
  }

  #small(name: string): string | undefined {
    const entry = this.#archive.entries.get(this.#prefix + name)
    if (!entry || entry.size > 64) return undefined
    return new TextDecoder().decode(this.#archive.readAll(entry))
  }

  #pickle(): Uint8Array {
    const entry = this.#archive.entries.get(`${this.#prefix}data.pkl`)
    if (!entry) throw corrupt(this.name, l10n.t('{0} is missing', 'data.pkl'))
    if (entry.size > maxPickleBytes) {
      throw new SlimError(
        'checkpoint/too-complex',
        l10n.t('{0} holds far more objects than a YOLOv5 model.', this.name),
        l10n.t('Save only the model: torch.save({"model": model}, file).'),
      )
    }
    return this.#archive.readAll(entry, true)
  }
}

/**
 * Opens a checkpoint file and reads its object graph, without executing anything in it. Tensors stay on disk.
 * Throws a SlimError (`checkpoint/…`) for every file that is not a readable torch archive.
 */
export function openCheckpoint(file: string): Checkpoint {
  return openSource(fileSource(file))
}

/** The same for any source of bytes; closes the source when it is not a checkpoint. */
export function openSource(source: ByteSource): Checkpoint {
  try {
    return new Checkpoint(source)
  } catch (error) {
    source.close()
    throw error
  }
}
