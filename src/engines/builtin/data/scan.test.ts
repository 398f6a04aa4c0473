import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeSample } from '../sample/sample'
import { scanImages } from './scan'

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'scan-'))
})
afterAll(() => rm(scratch, { recursive: true }))

const training = { release: 'v7.0', needsLabels: true, singleClass: false, nc: 3 } as const

it('reads relative lines of a list from the folder that training runs in', async () => {
  await writeSample(join(scratch, 'set'), { train: 1, val: 1, size: 64, seed: 1 })
  const list = join(scratch, 'train.txt')
  await writeFile(list, 'set/images/train/0.png\n')
  const { set, missing, problems } = await scanImages([list], {
    ...training,
    base: scratch,
  })
  expect({ files: set.files, missing, problems }).toEqual({
    files: [join(scratch, 'set/images/train/0.png')],
    ...{ missing: 0, problems: [] },
  })
})

it('tells of a data set that went after its run was prepared', async () => {
  const gone = join(scratch, 'gone/images')
  await expect(scanImages([gone], training)).rejects.toMatchObject({
    code: 'data/missing-path',
    message: `The data set is not there any more: ${gone}`,
  })
})

it('reads an image once that is listed twice, or in a folder as well', async () => {
  await writeSample(join(scratch, 'twice'), { train: 2, val: 1, size: 64, seed: 1 })
  const folder = join(scratch, 'twice/images/train')
  const list = join(scratch, 'twice.txt')
  await writeFile(list, `${join(folder, '0.png')}\n`.repeat(2))
  const { set } = await scanImages([list, folder], training)
  expect(set.files).toEqual([join(folder, '0.png'), join(folder, '1.png')])
})

it('trains on no set without a label, whether their files are missing, empty or corrupt', async () => {
  const root = join(scratch, 'bare')
  await writeSample(root, { train: 3, val: 1, size: 64, seed: 1 })
  const images = join(root, 'images/train')
  const label = (i: number): string => join(root, `labels/train/${i}.txt`)
  const refusal = (): Promise<unknown> =>
    scanImages([images], training).catch((error: unknown) => error)
  await Promise.all([0, 1, 2].map((i) => writeFile(label(i), '')))
  expect(await refusal()).toMatchObject({
    ...{ code: 'data/no-labels', message: `None of the images in ${images} has a label.` },
  })
  await rm(label(0))
  await writeFile(label(1), '0 0.5 0.5 0.2')
  expect(await refusal()).toMatchObject({
    code: 'data/no-labels',
    message: expect.stringMatching(/has a label: .*1\.png: left out, its labels are corrupt/),
  })
  expect((await scanImages([images], { ...training, needsLabels: false })).set.files.length).toBe(2)
  await Promise.all([1, 2].map((i) => rm(label(i))))
  expect(await refusal()).toMatchObject({
    ...{ code: 'data/no-labels', message: `None of the images in ${images} has a label file.` },
  })
  await Promise.all([0, 1, 2].map((i) => writeFile(label(i), 'cat')))
  expect(await refusal()).toMatchObject({ code: 'data/no-images' })
})
