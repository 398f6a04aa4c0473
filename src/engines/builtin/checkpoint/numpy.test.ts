import { expect, it } from 'vitest'
import { PyBytes, PyGlobal, PyObject, type PyValue } from '../../../core/checkpoint/values'
import { numberOf } from './numpy'
import { float, tuple } from './python'

function call(module: string, name: string, ...args: PyValue[]): PyObject {
  return new PyObject('reduce', new PyGlobal(module, name), tuple(...args))
}

function dtype(name: string): PyObject {
  const value = call('numpy', 'dtype', name, false, true)
  value.state = tuple(3, '<', null, null, null, -1, -1, 0)
  return value
}

/** As torch.save pickles bytes with its protocol 2. */
function encoded(text: string): PyObject {
  return call('_codecs', 'encode', text, 'latin1')
}

function array(shape: number, type: string, bytes: PyValue): PyObject {
  const ndarray = new PyGlobal('numpy', 'ndarray')
  const value = call('numpy.core.multiarray', '_reconstruct', ndarray, tuple(0), encoded('b'))
  value.state = tuple(1, tuple(shape), dtype(type), false, bytes)
  return value
}

// numpy.array([0.4375]) and numpy.float64(0.4375), read off pickletools.dis.
const double = '\0\0\0\0\0\0Ü?'

it('reads ints, floats, and what numpy pickles one number as', () => {
  expect(numberOf(3)).toBe(3)
  expect(numberOf(float(0.5))).toBe(0.5)
  expect(numberOf(array(1, 'f8', encoded(double)))).toBe(0.4375)
  expect(numberOf(array(1, 'f4', encoded('\0\0à>')))).toBe(0.4375)
  for (const module of ['numpy.core.multiarray', 'numpy._core.multiarray']) {
    expect(numberOf(call(module, 'scalar', dtype('f8'), encoded(double)))).toBe(0.4375)
  }
  const bytes = new PyBytes(Uint8Array.from(Buffer.from(double, 'latin1')))
  expect(numberOf(call('numpy.core.multiarray', 'scalar', dtype('f8'), bytes))).toBe(0.4375)
})

it('takes nothing else for a number', () => {
  expect(numberOf(undefined)).toBeUndefined()
  expect(numberOf('1')).toBeUndefined()
  expect(numberOf(array(2, 'f8', encoded(double + double)))).toBeUndefined()
  expect(numberOf(array(1, 'i8', encoded(double)))).toBeUndefined()
  expect(numberOf(call('collections', 'OrderedDict'))).toBeUndefined()
})
