import { contiguousStride, fromFloat32, numelOf } from '../../../core/checkpoint/tensorData'
import {
  PyDict,
  PyFloat,
  PyGlobal,
  PyList,
  PyObject,
  PyStorage,
  PyTensor,
  PyTuple,
  type PyValue,
} from '../../../core/checkpoint/values'

/** Python values as `torch.save` pickles them. */

export function tuple(...items: PyValue[]): PyTuple {
  return new PyTuple(items)
}

export function list(items: Iterable<PyValue>): PyList {
  const value = new PyList()
  value.items.push(...items)
  return value
}

export function dict(entries: Readonly<Record<string, PyValue>>): PyDict {
  const value = new PyDict()
  for (const [key, item] of Object.entries(entries)) value.set(key, item)
  return value
}

export function float(value: number): PyFloat {
  return new PyFloat(value)
}

export function orderedDict(entries: Readonly<Record<string, PyValue>> = {}): PyObject {
  const value = new PyObject('reduce', new PyGlobal('collections', 'OrderedDict'), tuple())
  for (const [key, item] of Object.entries(entries)) value.dictItems.set(key, item)
  return value
}

export function emptySet(): PyObject {
  // Protocol 2 has no opcode for a set: it calls `set([])`, by the name that Python 2 gave the module.
  return new PyObject('reduce', new PyGlobal('__builtin__', 'set'), tuple(list([])))
}

/** A contiguous float tensor. */
export function tensor(
  shape: readonly number[],
  values: Float32Array,
  dtype: 'float16' | 'float32' = 'float32',
): PyTensor {
  return stored(shape, dtype, fromFloat32(dtype, values))
}

/** An int64 scalar, such as a BatchNorm's `num_batches_tracked`. */
export function wholeScalar(value: number): PyTensor {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true)
  return stored([], 'int64', bytes)
}

export function parameter(shape: readonly number[], values: Float32Array): PyObject {
  const rebuild = new PyGlobal('torch._utils', '_rebuild_parameter')
  return new PyObject('reduce', rebuild, tuple(tensor(shape, values), true, orderedDict()))
}

/** A plain JavaScript value; whole numbers become ints. */
export function pythonOf(value: unknown): PyValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isInteger(value) ? value : float(value)
  if (Array.isArray(value)) return list(value.map(pythonOf))
  const entries = Object.entries(value).map(([key, item]) => [key, pythonOf(item)])
  return dict(Object.fromEntries(entries))
}

function stored(
  shape: readonly number[],
  dtype: 'float16' | 'float32' | 'int64',
  bytes: Uint8Array,
): PyTensor {
  const storage = new PyStorage(dtype, '', 'cpu', numelOf(shape), bytes)
  return new PyTensor(storage, 0, shape, contiguousStride(shape), false, orderedDict())
}
