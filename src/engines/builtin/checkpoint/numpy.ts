import { PyBytes, PyFloat, PyObject, PyTuple, type PyValue } from '../../../core/checkpoint/values'

/**
 * A number as a checkpoint may hold it: an int, a float, or numpy's scalar or array of one element, which is what
 * train.py keeps as `best_fitness` (utils/metrics.py `fitness` returns an array). Undefined for anything else.
 */
export function numberOf(value: PyValue | undefined): number | undefined {
  if (value instanceof PyFloat) return value.value
  if (typeof value === 'number') return value
  if (!(value instanceof PyObject)) return undefined
  // `scalar(dtype, bytes)`; of an array the state is (version, shape, dtype, Fortran order, bytes).
  const isScalar = /^numpy\._?core\.multiarray\.scalar$/.test(value.className ?? '')
  const [dtype, bytes] = isScalar
    ? itemsOf(value.args)
    : [itemsOf(value.state)[2], itemsOf(value.state)[4]]
  return oneFloat(dtype, bytesOf(bytes))
}

function itemsOf(value: PyValue | undefined): readonly PyValue[] {
  return value instanceof PyTuple ? value.items : []
}

/** Protocol 2 has no bytes: they are a string of Latin-1, to be encoded. */
function bytesOf(value: PyValue | undefined): Uint8Array | undefined {
  if (value instanceof PyBytes) return value.bytes
  if (!(value instanceof PyObject) || value.className !== '_codecs.encode') return undefined
  const [text] = itemsOf(value.args)
  return typeof text === 'string' ? Buffer.from(text, 'latin1') : undefined
}

/** The only element, a float of 4 or 8 bytes. */
function oneFloat(dtype: PyValue | undefined, bytes: Uint8Array | undefined): number | undefined {
  if (!(dtype instanceof PyObject) || dtype.className !== 'numpy.dtype' || !bytes) return undefined
  const [name] = itemsOf(dtype.args)
  const isLittle = itemsOf(dtype.state)[1] !== '>'
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (name === 'f8' && bytes.length === 8) return view.getFloat64(0, isLittle)
  if (name === 'f4' && bytes.length === 4) return view.getFloat32(0, isLittle)
  return undefined
}
