import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Random } from '../data/random'
import { scanImages } from '../data/scan'
import { drawShapes } from './draw'
import { writeSample } from './sample'

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'sample-'))
})
afterAll(() => rm(scratch, { recursive: true }))

const options = { train: 6, val: 3, size: 64, seed: 5 }

it('writes a data set that the engine reads without complaint, and the same again', async () => {
  const first = await writeSample(join(scratch, 'a'), options)
  await writeSample(join(scratch, 'b'), options)
  expect(first.images).toBe(9)
  const { set, problems, missing } = await scanImages([join(scratch, 'a/images/train')], {
    ...{ release: 'v7.0', needsLabels: true, singleClass: false, nc: 3 },
  })
  expect({ problems, missing, files: set.files.length }).toEqual({
    ...{ problems: [], missing: 0, files: 6 },
  })
  for (const file of ['images/train/0.png', 'labels/val/2.txt']) {
    const [a, b] = await Promise.all(
      ['a', 'b'].map((folder) => readFile(join(scratch, folder, file))),
    )
    expect(a?.equals(b ?? Buffer.of())).toBe(true)
  }
})

it('refuses a folder with something in it', async () => {
  await expect(writeSample(scratch, options)).rejects.toMatchObject({ code: 'sample/not-empty' })
})

it('names a folder that can not be written', async () => {
  const file = join(scratch, 'file')
  await writeFile(file, '')
  await expect(writeSample(join(file, 'data'), options)).rejects.toMatchObject({
    code: 'sample/folder',
    message: expect.stringContaining(file),
  })
})

it('labels exactly what it painted', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { image, labels } = drawShapes(new Random(seed), 96)
    expect(labels.length).toBeGreaterThan(0)
    for (const [, x, y, w] of labels) {
      const at = (Math.floor(y * 96) * 96 + Math.floor(x * 96)) * 3
      // An object's middle is brighter than any background.
      expect(Math.max(...image.data.subarray(at, at + 3))).toBeGreaterThan(110)
      expect(x - w / 2).toBeGreaterThanOrEqual(0)
      expect(y + w / 2).toBeLessThanOrEqual(1)
    }
  }
})
