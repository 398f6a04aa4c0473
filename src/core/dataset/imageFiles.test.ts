import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { imageFiles, labelFile } from './imageFiles'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

it('finds images below folders and in list files', async () => {
  const root = mkdtempSync(join(tmpdir(), 'images-'))
  folders.push(root)
  mkdirSync(join(root, 'a/b'), { recursive: true })
  for (const name of ['a/2.JPG', 'a/b/1.png', 'a/notes.txt']) writeFileSync(join(root, name), '')
  writeFileSync(join(root, 'list.txt'), './x.jpg\n/zz/y.webp\n')
  expect(await imageFiles([join(root, 'a')])).toEqual([
    join(root, 'a/2.JPG'),
    join(root, 'a/b/1.png'),
  ])
  expect(await imageFiles([join(root, 'list.txt')])).toEqual([join(root, 'x.jpg'), '/zz/y.webp'])
})

it('passes over what is hidden below a folder, not the folder that is named', async () => {
  const root = mkdtempSync(join(tmpdir(), 'images-'))
  folders.push(root)
  const folder = join(root, '.cache/set')
  mkdirSync(join(folder, '.thumbnails'), { recursive: true })
  mkdirSync(join(folder, 'a/.trash'), { recursive: true })
  for (const name of ['1.png', '._1.png', '.thumbnails/2.png', 'a/.trash/3.png', 'a/4.png']) {
    writeFileSync(join(folder, name), '')
  }
  expect(await imageFiles([folder])).toEqual([join(folder, '1.png'), join(folder, 'a/4.png')])
})

it('reads relative lines of list files from the folder that training runs in', async () => {
  const root = mkdtempSync(join(tmpdir(), 'images-'))
  folders.push(root)
  writeFileSync(join(root, 'list.txt'), './x.jpg\ndata/y.jpg\n../z.jpg\n')
  const list = [join(root, 'list.txt')]
  expect(await imageFiles(list, '/clone')).toEqual(
    ['/clone/data/y.jpg', join(root, 'x.jpg'), '/z.jpg'].sort(),
  )
  expect(await imageFiles(list)).toEqual(['../z.jpg', join(root, 'x.jpg'), 'data/y.jpg'])
})

it('puts labels beside images, in the folder that the release replaces', () => {
  expect(labelFile('/d/images/x/images/1.jpg', 'v6.2')).toBe('/d/images/x/labels/1.txt')
  expect(labelFile('/d/images/x/images/1.jpg', 'v5.0')).toBe('/d/labels/x/images/1.txt')
  expect(labelFile('images/1.jpg', 'v6.2')).toBe('images/1.txt')
})
