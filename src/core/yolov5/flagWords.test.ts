import { expect, test } from 'vitest'
import { scanFlags } from './argparse'
import { givenFlag, splitFlag } from './flagWords'

test.each([
  ['--name', ['--name', undefined]],
  ['--name=', ['--name', '']],
  ['--name=a=b', ['--name', 'a=b']],
  ['-n=x', ['-n', 'x']],
  ['runs/sr=0.005/best.pt', ['runs/sr=0.005/best.pt', undefined]],
  ['', ['', undefined]],
])('%s', (word, parts) => {
  expect(splitFlag(word)).toEqual(parts)
})

const flags = scanFlags(`
p.add_argument('--img', '--img-size')
p.add_argument('--image-weights', action='store_true')
p.add_argument('--data')
p.add_argument('-v', '--verbose', action='store_true')
`)

test.each([
  ['--img', 'img'],
  ['--img-s=640', 'img'],
  ['--ima', 'image_weights'],
  ['--im', undefined],
  ['--dat', 'data'],
  ['-v', 'verbose'],
  ['-d', undefined],
  ['--', undefined],
  ['data', undefined],
])('%s gives %s', (word, dest) => {
  expect(givenFlag(word, flags)?.dest).toBe(dest)
})
