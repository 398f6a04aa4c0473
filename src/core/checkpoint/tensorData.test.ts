import { expect, test } from 'vitest'
import { contiguousStride, gather, isContiguous, toFloat32 } from './tensorData'
import { PyStorage, PyTensor } from './values'

test('every float16 becomes the number that the standard defines', () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i)
  const values = toFloat32('float16', new Uint8Array(bits.buffer))
  for (let i = 0; i < 65536; i++) {
    const sign = i & 0x8000 ? -1 : 1
    const exponent = (i >> 10) & 31
    const fraction = (i & 1023) / 1024
    const finite = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15)
    const infinite = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN
    const expected = sign * (exponent === 31 ? infinite : finite)
    if (!Object.is(values[i], expected)) expect(values[i], `bits ${i}`).toBe(expected)
  }
})

test('bfloat16 is the upper half of a float32', () => {
  expect([...toFloat32('bfloat16', Uint8Array.of(0x80, 0x3f, 0x20, 0xc0))]).toEqual([1, -2.5])
})

test('a strided view is gathered in row-major order', () => {
  const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5)
  const storage = new PyStorage('uint8', '', 'cuda:0', 6, bytes)
  const transposed = new PyTensor(storage, 0, [3, 2], [1, 3], false, null)
  expect([...gather(transposed, bytes)]).toEqual([0, 3, 1, 4, 2, 5])
  expect(isContiguous([3, 2], [1, 3])).toBe(false)
  expect(contiguousStride([2, 3, 4])).toEqual([12, 4, 1])
})
