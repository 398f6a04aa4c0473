import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { imageFiles } from './imageFiles'
import { classesIn, splitImages } from './split'
import { splitFolder } from './splitFolder'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'split-'))
  folders.push(folder)
  return folder
}

function dataSet(count: number): string {
  const root = scratch()
  for (const folder of ['images/a', 'labels/a', 'images/b']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  for (let i = 0; i < count; i++) {
    writeFileSync(join(root, 'images/a', `${i}.png`), `${i}`)
    writeFileSync(join(root, 'labels/a', `${i}.txt`), `${i % 10 === 0 ? 1 : 0} 0.5 0.5 0.1 0.1\n`)
  }
  writeFileSync(join(root, 'images/b', '0.png'), 'b')
  return root
}

const options = { val: 0.2, test: 0, seed: 0, overwrite: false }

describe('splitImages', () => {
  const images = Array.from({ length: 1000 }, (_, i) => ({
    file: `${i}.png`,
    // A rare class beside a common one, and images without any.
    classes: i % 50 === 0 ? [0, 7] : i % 10 === 1 ? [] : [0],
  }))

  it('gives each class its share in every part', () => {
    const { train, val, test } = splitImages(images, { val: 0.2, test: 0.1, seed: 1 })
    expect([train.length, val.length, test.length]).toEqual([700, 200, 100])
    const rare = (files: readonly string[]) =>
      files.filter((file) => Number.parseInt(file, 10) % 50 === 0)
    expect([rare(val).length, rare(test).length]).toEqual([4, 2])
    expect(new Set([...train, ...val, ...test]).size).toBe(1000)
  })

  it('depends on the seed, and not on the order of the images', () => {
    const once = splitImages(images, { val: 0.2, test: 0, seed: 3 })
    expect(splitImages([...images].reverse(), { val: 0.2, test: 0, seed: 3 })).toEqual(once)
    expect(splitImages(images, { val: 0.2, test: 0, seed: 4 }).val).not.toEqual(once.val)
  })

  it('keeps to the shares over many classes of one image each', () => {
    const single = Array.from({ length: 100 }, (_, i) => ({ file: `${i}`, classes: [i] }))
    expect(splitImages(single, { val: 0.2, test: 0, seed: 0 }).val).toHaveLength(20)
  })
})

it('reads classes of boxes and of outlines', () => {
  expect(classesIn('0 0.1 0.2 0.3 0.4\r\n12 0.1 0.1 0.2 0.2 0.3 0.3\n\n0 1 1 1 1\nx 1')).toEqual([
    0, 12,
  ])
})

describe('splitFolder', () => {
  it('writes lists that name every image once, and moves nothing', async () => {
    const root = dataSet(50)
    const report = await splitFolder(root, options)
    expect(report).toMatchObject({
      images: 51,
      unlabelled: 1,
      counts: { train: 41, val: 10, test: 0 },
    })
    const { train, val } = report.paths
    expect(report.paths.test).toBeUndefined()
    expect(existsSync(join(root, 'test.txt'))).toBe(false)
    expect((await imageFiles([train, val])).sort()).toEqual(
      (await imageFiles([join(root, 'images')])).sort(),
    )
    expect(readFileSync(val, 'utf8')).toMatch(/^(\.\/images\/\w\/\d+\.png\n)+$/)
  })

  it('replaces lists only when told so', async () => {
    const root = dataSet(10)
    await splitFolder(root, options)
    await expect(splitFolder(root, options)).rejects.toMatchObject({ code: 'split/exists' })
    await splitFolder(root, { ...options, overwrite: true })
  })

  it('copies images with their labels, telling equal names apart', async () => {
    const root = dataSet(10)
    const copyTo = scratch()
    const { paths } = await splitFolder(root, { ...options, test: 0.2, copyTo })
    expect(paths.train).toBe(join(copyTo, 'images', 'train'))
    const copies = await imageFiles(Object.values(paths))
    expect(copies).toHaveLength(11)
    const labels = copies.filter((file) =>
      existsSync(file.replace('/images/', '/labels/').replace('.png', '.txt')),
    )
    expect(labels).toHaveLength(10)
    await expect(splitFolder(root, { ...options, copyTo })).rejects.toMatchObject({
      code: 'split/exists',
    })
  })

  it('names an image that can not be copied, and takes back what was', async () => {
    const root = dataSet(10)
    const copyTo = join(scratch(), 'copies')
    const gone = join(root, 'images', 'gone.png')
    symlinkSync(join(root, 'nothing.png'), gone)
    await expect(splitFolder(root, { ...options, copyTo })).rejects.toMatchObject({
      ...{ code: 'split/unreadable', message: expect.stringContaining(gone) },
    })
    expect(existsSync(copyTo)).toBe(false)
  })

  it('refuses to copy among the images, through a link too, and leaves no folder there', async () => {
    const root = dataSet(10)
    const link = join(scratch(), 'link')
    symlinkSync(root, link)
    const images = join(root, 'images')
    for (const [from, copyTo] of [
      [root, root],
      [root, join(root, 'out')],
      [link, join(root, 'out')],
      [root, join(link, 'out')],
      [images, root],
    ] as const) {
      await expect(splitFolder(from, { ...options, copyTo })).rejects.toMatchObject({
        code: 'split/inside',
        message: expect.stringContaining(copyTo),
      })
    }
    expect(readdirSync(root).sort()).toEqual(['images', 'labels'])
    expect(existsSync(join(images, 'train'))).toBe(false)
    const beside = `${root}-split`
    folders.push(beside)
    expect(await splitFolder(root, { ...options, copyTo: beside })).toMatchObject({ images: 11 })
  })

  it('refuses shares that leave nothing, and folders without images', async () => {
    const root = dataSet(10)
    const refused = (change: object) => expect(splitFolder(root, { ...options, ...change })).rejects
    await refused({ val: 0 }).toMatchObject({ code: 'split/share' })
    await refused({ val: 0.6, test: 0.4 }).toMatchObject({ code: 'split/share' })
    await expect(splitFolder(join(root, 'labels'), options)).rejects.toMatchObject({
      code: 'split/no-images',
    })
  })
})
