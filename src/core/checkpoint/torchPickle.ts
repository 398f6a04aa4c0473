import * as l10n from '@vscode/l10n'
import { GetattrUses } from './getattrUses'
import { type Pickle, readPickle } from './pickleReader'
import { corrupt } from './source'
import {
  type Dtype,
  dtypeBytes,
  PyGlobal,
  PyStorage,
  PyTensor,
  PyTuple,
  type PyValue,
} from './values'
import type { ZipEntry } from './zipDirectory'

/** torch's storage classes (torch/storage.py, `_storage_type_to_dtype_map`). */
export const storageClasses: Readonly<Record<Dtype, string>> = {
  float16: 'HalfStorage',
  bfloat16: 'BFloat16Storage',
  float32: 'FloatStorage',
  float64: 'DoubleStorage',
  uint8: 'ByteStorage',
  int8: 'CharStorage',
  int16: 'ShortStorage',
  int32: 'IntStorage',
  int64: 'LongStorage',
  bool: 'BoolStorage',
}
const dtypeOfClass = new Map(
  Object.entries(storageClasses).map(([dtype, name]) => [name, dtype as Dtype]),
)
/** Storage classes that we carry but can not interpret, with the bytes of one element. */
const opaqueClasses = new Map([
  ['ComplexFloatStorage', 8],
  ['ComplexDoubleStorage', 16],
  ['QInt8Storage', 1],
  ['QUInt8Storage', 1],
  ['QInt32Storage', 4],
  ['QUInt4x2Storage', 1],
  ['QUInt2x4Storage', 1],
  ['UntypedStorage', 1],
])
const storageModules = new Set(['torch', 'torch.cuda', 'torch.storage'])
const maxDimensions = 64

/**
 * `data.pkl` of a torch archive as data. `entryOf` finds the archive entry that holds a storage's bytes. Every
 * storage is checked against its entry, every tensor against its storage.
 */
export function readTorchPickle(
  name: string,
  content: Uint8Array,
  entryOf: (key: string) => ZipEntry | undefined,
): Pickle & { readonly harmlessGetattr: boolean } {
  const storages = new Map<string, PyStorage>()
  const getattr = new GetattrUses()

  function persistent(id: PyValue): PyValue {
    const items = id instanceof PyTuple ? id.items : []
    const [tag, type, key, location, numel] = items
    if (
      tag !== 'storage' ||
      !(type instanceof PyGlobal) ||
      typeof key !== 'string' ||
      typeof location !== 'string' ||
      !isSize(numel)
    ) {
      throw corrupt(name, l10n.t('a storage is described wrongly'))
    }
    const known = storages.get(key)
    if (known) {
      if (known.numel !== numel || known.location !== location || !sameClass(known, type)) {
        throw corrupt(name, l10n.t('storage {0} is described in two ways', key))
      }
      return known
    }
    const storage = newStorage(name, type, key, location, numel)
    const entry = entryOf(key)
    if (!entry) throw corrupt(name, l10n.t('storage {0} is missing', key))
    if (numel * elementBytes(storage) > entry.size) {
      throw corrupt(name, l10n.t('storage {0} is shorter than it claims', key))
    }
    storages.set(key, storage)
    return storage
  }

  function call(callable: PyValue, args: PyValue): PyValue | undefined {
    getattr.called(callable, args)
    if (!(callable instanceof PyGlobal) || !(args instanceof PyTuple)) return undefined
    if (callable.module !== 'torch._utils' || callable.name !== '_rebuild_tensor_v2') {
      return undefined
    }
    return tensorOf(name, args.items)
  }

  const pushed = (global: PyGlobal) => getattr.pushed(global)
  const pickle = readPickle(name, content, { persistent, call, pushed })
  return { ...pickle, harmlessGetattr: getattr.harmless }
}

/** Bytes of one element of a storage. */
export function elementBytes(storage: PyStorage): number {
  return storage.opaque?.elementBytes ?? dtypeBytes[storage.dtype]
}

function newStorage(
  name: string,
  type: PyGlobal,
  key: string,
  location: string,
  numel: number,
): PyStorage {
  if (!storageModules.has(type.module)) {
    throw corrupt(name, l10n.t('{0} is no kind of storage', type.path))
  }
  const dtype = dtypeOfClass.get(type.name)
  if (dtype) return new PyStorage(dtype, key, location, numel)
  const bytes = opaqueClasses.get(type.name)
  if (bytes === undefined) throw corrupt(name, l10n.t('{0} is no kind of storage', type.path))
  const opaque = { className: type, elementBytes: bytes }
  return new PyStorage('uint8', key, location, numel, undefined, opaque)
}

function sameClass(storage: PyStorage, type: PyGlobal): boolean {
  if (storage.opaque) return storage.opaque.className === type
  return storageClasses[storage.dtype] === type.name
}

function tensorOf(name: string, args: readonly PyValue[]): PyTensor {
  const [storage, offset, size, stride, requiresGrad, hooks, ...extra] = args
  const shape = sizes(size)
  const strides = sizes(stride)
  if (
    !(storage instanceof PyStorage) ||
    !isSize(offset) ||
    !shape ||
    !strides ||
    shape.length !== strides.length ||
    typeof requiresGrad !== 'boolean' ||
    hooks === undefined
  ) {
    throw corrupt(name, l10n.t('a tensor is described wrongly'))
  }
  checkBounds(name, storage, offset, shape, strides)
  return new PyTensor(storage, offset, shape, strides, requiresGrad, hooks, extra)
}

/** Throws unless every element of the view lies in the storage. */
export function checkBounds(
  name: string,
  storage: PyStorage,
  offset: number,
  shape: readonly number[],
  stride: readonly number[],
): void {
  let last = offset
  let numel = 1
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i] ?? 0
    numel *= size
    last += Math.max(0, size - 1) * (stride[i] ?? 0)
  }
  const outside = numel === 0 ? offset > storage.numel : last >= storage.numel
  if (outside || !Number.isSafeInteger(numel) || !Number.isSafeInteger(last)) {
    throw corrupt(name, l10n.t('a tensor lies outside its storage {0}', storage.key))
  }
}

function sizes(value: PyValue | undefined): number[] | undefined {
  if (!(value instanceof PyTuple) || value.items.length > maxDimensions) return undefined
  const numbers = value.items.filter(isSize)
  return numbers.length === value.items.length ? numbers : undefined
}

function isSize(value: PyValue | undefined): value is number {
  return typeof value === 'number' && value >= 0
}
