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

it('reads relative lines of a list from the folder that training runs in', async () => {
  await writeSample(join(scratch, 'set'), { train: 1, val: 1, size: 64, seed: 1 })
  const list = join(scratch, 'train.txt')
  await writeFile(list, 'set/images/train/0.png\n')
  const { set, missing, problems } = await scanImages([list], {
    ...{ release: 'v7.0', needsLabels: true, singleClass: false, nc: 3 },
    base: scratch,
  })
  expect({ files: set.files, missing, problems }).toEqual({
    files: [join(scratch, 'set/images/train/0.png')],
    ...{ missing: 0, problems: [] },
  })
})
