import { expect, test } from 'vitest'
import { scanFlags } from './argparse'
import { givenFlag, matchingFlags, splitFlag } from './flagWords'

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

test('takes the flags of one name, in two parsers, for one', () => {
  const two = scanFlags(`
a.add_argument('--weights', default='a.pt')
a.add_argument('--workers')
b.add_argument('--weights', default='b.pt')
b.add_argument('--image', '--img')
a.add_argument('--img')
`)
  expect(matchingFlags('--weights', two).map((flag) => flag.default)).toEqual(["'a.pt'"])
  expect(matchingFlags('--we', two)).toHaveLength(1)
  expect(matchingFlags('--im', two)).toHaveLength(1)
  expect(matchingFlags('--w', two).map(({ dest }) => dest)).toEqual(['weights', 'workers'])
})
