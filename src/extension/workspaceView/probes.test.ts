import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SlimError } from '../../core/errors'
import { withoutCheckout } from '../../engines/builtin/stage/detection'
import { checkpointFiles, readCheckpoint, readDataSet, readPython } from './probes'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'probes-'))
})
afterEach(() => rmSync(root, { recursive: true }))

describe('readDataSet', () => {
  const yaml = (text: string) => {
    const file = join(root, 'mine.yaml')
    writeFileSync(file, text)
    return readDataSet(file, 'mine.yaml', withoutCheckout(root))
  }

  it('counts images and classes', async () => {
    for (const part of ['train', 'val']) {
      mkdirSync(join(root, 'images', part), { recursive: true })
      writeFileSync(join(root, 'images', part, 'a.jpg'), '')
      writeFileSync(join(root, 'images', part, 'note.txt'), '')
    }
    const set = await yaml('train: images/train\nval: images/val\nnc: 2\nnames: [a, b]\n')
    expect(set).toMatchObject({ images: 2, classes: 2 })
    expect(set.problem).toBeUndefined()
  })

  it('says what would stop a training, and what is known all the same', async () => {
    const set = await yaml('train: nowhere\nval: nowhere\nnc: 2\nnames: [a, b]\n')
    expect(set).toMatchObject({ classes: 2 })
    expect(set.images).toBeUndefined()
    expect(set.problem?.text).toContain('nowhere')
  })
})

describe('checkpoints', () => {
  it('are files that are there, with their size', async () => {
    writeFileSync(join(root, 'a.pt'), '123')
    mkdirSync(join(root, 'weights.pt'))
    expect(await checkpointFiles(root, ['a.pt', 'gone.pt', 'weights.pt'], [])).toEqual([
      { file: join(root, 'a.pt'), name: 'a.pt', bytes: 3 },
    ])
  })

  it('are what the program says, or why it cannot', async () => {
    const file = { file: '/a.pt', name: 'a.pt', bytes: 3 }
    const answer = { release: 'v6.0', names: ['a', 'b'], unsafeGlobals: ['os.system'], more: 1 }
    expect(await readCheckpoint(file, async () => answer)).toEqual({
      ...file,
      ...{ release: 'v6.0', classes: 2, unsafe: 1 },
    })
    const torn = new SlimError('checkpoint/torn', 'It is torn.', '')
    expect((await readCheckpoint(file, () => Promise.reject(torn))).problem).toBe('It is torn.')
    expect((await readCheckpoint(file, async () => ({}))).problem).toBeDefined()
  })
})

it('says which interpreter is not there', async () => {
  const known = await readPython(root, { configured: join(root, 'no-python') })
  expect(known).toMatchObject({ kind: 'fault' })
})
