import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { defaultHyp, lossOptions, readHyp } from './hyp'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyp-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(text: string): Promise<string> {
  const file = join(folder, 'hyp.yaml')
  await writeFile(file, text)
  return file
}

it('takes what the file says, and the release’s own default for the rest', async () => {
  const hyp = await readHyp(await written('lr0: 0.02 # start\nanchors: 3\nmosaic: 1e-1\n'), 'v5.0')
  expect(hyp).toEqual({ ...defaultHyp('v5.0'), lr0: 0.02, anchors: 3, mosaic: 0.1 })
  expect(defaultHyp('v5.0').lrf).toBe(0.2)
  expect(defaultHyp('v6.0').lrf).toBe(0.1)
  expect(defaultHyp('v7.0').lrf).toBe(0.01)
})

it.each([
  ['3.4', 3],
  ['2.5', 2],
  ['3.5', 4],
  ['0', undefined],
  ['0.0', undefined],
  ['-3', undefined],
])('anchors: %s stands for %s of them', async (text, count) => {
  const hyp = await readHyp(await written(`anchors: ${text}`), 'v7.0')
  expect(hyp).toEqual(
    count === undefined ? defaultHyp('v7.0') : { ...defaultHyp('v7.0'), anchors: count },
  )
  expect('anchors' in hyp).toBe(count !== undefined)
})

it.each([
  ['lr0: fast', 'hyp/value', 'lr0'],
  ['- 1\n- 2', 'hyp/syntax', 'hyp.yaml'],
  ['lr0: [1', 'hyp/syntax', 'hyp.yaml'],
])('refuses %j with %s', async (text, code, named) => {
  const file = await written(text)
  await expect(readHyp(file, 'v7.0')).rejects.toMatchObject({
    code,
    message: expect.stringContaining(named),
  })
})

it('scales gains by levels, classes and image size, as train.py does', () => {
  const head = { nc: 20, strides: [8, 16, 32, 64], anchors: [] }
  const options = lossOptions(defaultHyp('v7.0'), head, 1280, 0.1)
  expect(options.box).toBeCloseTo(0.05 * (3 / 4))
  expect(options.cls).toBeCloseTo(0.5 * (20 / 80) * (3 / 4))
  expect(options.obj).toBeCloseTo(1 * 4 * (3 / 4))
  expect(options.labelSmoothing).toBe(0.1)
})
