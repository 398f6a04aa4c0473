import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { detectCheckout } from '../yolov5/detect'
import { NEW_STYLE, OLD_STYLE, plant } from '../yolov5/testTrees'
import { parseDataYaml } from './dataYaml'
import { dataYamlText, findSet } from './foundSet'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'found-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function put(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

it('finds parts in both orders of folders, and classes by labels', async () => {
  put('images/train2017/a.jpg')
  put('labels/train2017/a.txt', '0 1 1 1 1\n4 1 1 1 1\n')
  put('images/valid/b.jpg')
  const set = await findSet(root)
  expect(set).toMatchObject({ images: 2, labelled: 1, named: false })
  expect(set.paths).toEqual({
    train: join(root, 'images/train2017'),
    val: join(root, 'images/valid'),
  })
  expect(set.names).toEqual(['class0', 'class1', 'class2', 'class3', 'class4'])
})

it('finds Roboflow’s folders, lists before folders, and names', async () => {
  for (const part of ['train', 'valid', 'test']) put(`${part}/images/x.jpg`)
  put('train/labels/x.txt', '1 1 1 1 1')
  put('classes.txt', 'cat\ndog\n')
  const folders = await findSet(root)
  expect(folders.paths.val).toBe(join(root, 'valid/images'))
  expect(folders).toMatchObject({ names: ['cat', 'dog'], named: true })
  put('train.txt', './train/images/x.jpg\n')
  put('val.txt', './valid/images/x.jpg\n')
  expect((await findSet(root)).paths).toEqual({
    train: join(root, 'train.txt'),
    val: join(root, 'val.txt'),
  })
})

it('reads relative lines of lists from the folder that training runs in', async () => {
  put('set/images/a.jpg')
  put('set/labels/a.txt', '2 1 1 1 1')
  for (const part of ['train', 'val']) put(`set/${part}.txt`, 'set/images/a.jpg\n')
  expect(await findSet(join(root, 'set'), root)).toMatchObject({
    ...{ labelled: 2, names: ['class0', 'class1', 'class2'] },
  })
})

it.each([
  ['v5.0', OLD_STYLE],
  ['v7.0', NEW_STYLE],
])('spells a data.yaml that %s reads without complaint', async (release, tree) => {
  put('images/train/a.jpg')
  put('labels/train/a.txt', '1 1 1 1 1')
  put('images/val/b.jpg')
  put('classes.txt', 'no\ncat\n')
  const detection = await detectCheckout(plant(tree))
  if (!detection) throw new Error('nothing detected')
  const text = dataYamlText(await findSet(root), detection)
  const parsed = parseDataYaml(text, detection)
  expect(parsed.findings).toEqual([])
  expect(parsed.names).toEqual(['no', 'cat'])
  expect(parsed.train).toEqual([release === 'v5.0' ? join(root, 'images/train') : 'images/train'])
})
