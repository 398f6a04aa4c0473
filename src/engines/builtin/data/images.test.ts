import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type ColorGains, changeColors } from './color'
import { flipHorizontally, flipVertically, type Image } from './image'
import { letterbox } from './letterbox'
import { resizeArea, resizeLinear } from './resize'
import { type Matrix, warp } from './warp'

type Case = {
  readonly op: string
  readonly input: readonly [number, number]
  readonly size: readonly [number, number]
  readonly pixels: string
  readonly matrix?: Matrix
  readonly gains?: ColorGains
  readonly enlarges?: boolean
  readonly ratio?: number
  readonly pad?: readonly [number, number]
}

const file = join(import.meta.dirname, '../../../../test/golden/images.json')
const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[]

/** The images of make_images.py. */
function noise([width, height]: readonly [number, number]): Image {
  const data = new Uint8Array(width * height * 3)
  let state = 1n
  for (let i = 0; i < data.length; i++) {
    state = (state * 1103515245n + 12345n) % 2147483648n
    data[i] = Number((state >> 16n) & 255n)
  }
  return { width, height, data }
}

function run(one: Case): Image {
  const image = noise(one.input)
  const [width, height] = one.size
  switch (one.op) {
    case 'linear':
      return resizeLinear(image, width, height)
    case 'area':
      return resizeArea(image, width, height)
    case 'warp':
      return warp(image, one.matrix as Matrix, width, height)
    case 'colors':
      changeColors(image, one.gains as ColorGains)
      return image
    default: {
      const made = letterbox(image, width, height, one.enlarges === true)
      expect(made.ratio).toBeCloseTo(one.ratio ?? Number.NaN, 12)
      expect(made.pad).toEqual(one.pad)
      return made.image
    }
  }
}

it.each(cases.map((one, i) => [`${one.op} ${i}`, one] as const))('%s', (_name, one) => {
  const made = run(one)
  const wanted = Buffer.from(one.pixels, 'base64')
  expect([made.width, made.height]).toEqual(one.size)
  // What does not fill a SIMD register OpenCV rounds otherwise, in colours and in means by area.
  const allowed = one.op === 'area' || one.op === 'colors' ? 1 : 0
  const differences = wanted.map((value, i) => Math.abs(value - (made.data[i] as number)))
  expect(Math.max(...differences)).toBeLessThanOrEqual(allowed)
  const share = differences.filter((difference) => difference > 0).length / wanted.length
  expect(share).toBeLessThan(0.15)
})

it('flips there and back', () => {
  const image = noise([7, 5])
  const before = image.data.slice()
  flipHorizontally(image)
  expect([...image.data.subarray(0, 3)]).toEqual([...before.subarray(18, 21)])
  flipVertically(image)
  expect([...image.data.subarray(0, 3)]).toEqual([...before.subarray(-3)])
  flipHorizontally(image)
  flipVertically(image)
  expect(image.data).toEqual(before)
})
