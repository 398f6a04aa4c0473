/** Numbers as base64 text, for JSON and messages; everywhere that this runs is little-endian. */

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array

/** Characters handed to `String.fromCharCode` at once: its arguments lie on the stack. */
const chunk = 0x8000

export function toBase64(numbers: Numbers): string {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  let binary = ''
  for (let i = 0; i < bytes.length; i += chunk) {
    binary += String.fromCharCode(...bytes.subarray(i, i + chunk))
  }
  return btoa(binary)
}

export const float32FromBase64 = (text: string): Float32Array => new Float32Array(bufferOf(text, 4))
export const float64FromBase64 = (text: string): Float64Array => new Float64Array(bufferOf(text, 8))
export const uint8FromBase64 = (text: string): Uint8Array => new Uint8Array(bufferOf(text, 1))
export const int32FromBase64 = (text: string): Int32Array => new Int32Array(bufferOf(text, 4))

/** @throws RangeError where it is no base64 or no whole number of elements */
function bufferOf(text: string, width: number): ArrayBuffer {
  let binary: string
  try {
    binary = atob(text)
  } catch (cause) {
    throw new RangeError('no base64', { cause })
  }
  if (binary.length % width !== 0) throw new RangeError(`${binary.length} bytes of ${width} each`)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes.buffer
}
