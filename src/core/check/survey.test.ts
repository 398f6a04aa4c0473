import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Release, releases } from '../yolov5/release'
import { plant } from '../yolov5/testTrees'
import { diskFiles } from './files'
import { type Expected, survey } from './survey'

const expected: Expected = { nc: 2, release: 'v7.0', root: '/nowhere', stockLabels: true }

it('looks at a bounded sample', async () => {
  const root = plant(
    Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`images/${String(i).padStart(3, '0')}.jpg`, '']),
    ),
  )
  const limits = { images: 40, labels: 10, bytes: 1000 }
  const seen = await survey(diskFiles, root, true, expected, limits)
  expect(seen).toEqual({ images: 40, sampled: 10, unlabelled: 10 })
})

describe('where not all is looked at', () => {
  const limits = { images: 3, labels: 10, bytes: 40 }

  it('reads the whole lines that a long list starts with', async () => {
    const root = plant({
      'images/a.jpg': '',
      'labels/a.txt': '5 0.5 0.5 0.1 0.1\n',
      'l.txt': `./images/a.jpg\r\n\r\n${'./images/none/very/far/away.jpg\r\n'.repeat(9)}`,
    })
    const seen = await survey(diskFiles, `${root}/l.txt`, false, expected, limits)
    expect(seen).toMatchObject({ images: 1, sampled: 1, unlabelled: 0, outside: { label: 5 } })
  })

  it('takes no images seen for none only where all was', async () => {
    const root = plant({
      'long.txt': `${'#'.repeat(50)}\na.jpg\n`,
      'short.txt': '#\n',
      'many/a.md': '',
      'many/b.md': '',
      'many/c.md': '',
      'few/a.md': '',
    })
    const unseen = async (place: string, isFolder: boolean) =>
      (await survey(diskFiles, `${root}/${place}`, isFolder, expected, limits)).unseen ?? false
    expect(await unseen('long.txt', false)).toBe(true)
    expect(await unseen('short.txt', false)).toBe(false)
    expect(await unseen('gone.txt', false)).toBe(true)
    expect(await unseen('many', true)).toBe(true)
    expect(await unseen('few', true)).toBe(false)
  })

  it('comes to an end where links lead round in circles', async () => {
    const root = plant({ 'a.md': '' })
    symlinkSync(root, `${root}/b`)
    symlinkSync(root, `${root}/c`)
    const seen = await survey(diskFiles, root, true, expected, { ...limits, images: 10 })
    expect(seen).toMatchObject({ images: 0, unseen: true })
  })
})

it('leaves hidden files out, as YOLOv5 does', async () => {
  const root = plant({ 'images/._a.jpg': '', 'images/.trash/b.jpg': '', 'images/c.jpg': '' })
  const seen = await survey(diskFiles, `${root}/images`, true, expected)
  expect(seen).toEqual({ images: 1, sampled: 1, unlabelled: 1 })
})

describe('rows of label files', () => {
  const faultIn = async (text: string, release: Release) => {
    const root = plant({ 'images/a.jpg': '', 'labels/a.txt': text })
    const { malformed, outside } = await survey(diskFiles, `${root}/images`, true, {
      ...expected,
      release,
    })
    expect(outside).toBeUndefined()
    return malformed && `${malformed.line}${malformed.fatal ? ' fatal' : ''}`
  }
  const all = releases.filter((release) => release !== 'v3.1')
  const box = '1 0.5 0.5 0.1 0.1'

  it.each(['0 0 0 1 1', '1 0.5 0.5 1.00000001 0.2', box])('%j is one', async (row) => {
    for (const release of releases) expect(await faultIn(`${row}\n`, release)).toBeUndefined()
  })

  it.each([
    '0 0.5 0.5 1.01 0.1',
    '0 -0.1 0.5 0.1 0.1',
    '-1 0.5 0.5 0.1 0.1',
    '0 0.5 0.5 0.1 0.1 0.9',
    '0 0.5 0.5 0.1',
    '0 104 200 50 60',
  ])('%j costs its image, and up to v3.1 the training', async (row) => {
    for (const release of all) expect(await faultIn(`${box}\n\n${row}\n`, release)).toBe('3')
    expect(await faultIn(row, 'v3.1')).toBe('1 fatal')
  })

  it('costs its image where v3.1 reads no table', async () => {
    expect(await faultIn(`${box}\n${box} 0.9\n`, 'v3.1')).toBe('2')
    expect(await faultIn('0 x 0.5 0.1 0.1\n', 'v3.1')).toBe('1')
  })

  it('may be outlines: of three points from v6.2 on, of four from v5.0 on', async () => {
    const three = '0 0.1 0.1 0.2 0.1 0.2 0.2\n'
    const four = '0 0.1 0.1 0.2 0.1 0.2 0.2 0.1 0.2\n'
    const [v4, v61, v62] = ['v4.0', 'v6.1', 'v6.2'] as const
    expect([await faultIn(three, v61), await faultIn(three, v62)]).toEqual(['1', undefined])
    expect([await faultIn(four, v4), await faultIn(four, v61)]).toEqual(['1', undefined])
    expect(await faultIn(`${four}${box}\n`, v61)).toBeUndefined()
    expect(await faultIn(four.replace('\n', ' 0.3\n'), v61)).toBe('1')
  })

  it('are outlines by the box around them', async () => {
    expect(await faultIn('0 0.9 0.1 1.01 0.1 1 0.2\n', 'v7.0')).toBeUndefined()
    expect(await faultIn('0 90 10 100 10 100 20\n', 'v7.0')).toBe('1')
  })
})

describe('rows of a fork’s own labels', () => {
  const lookAt = (text: string) => {
    const root = plant({ 'images/a.jpg': '', 'labels/a.txt': text })
    return survey(diskFiles, root, true, { ...expected, stockLabels: false })
  }

  it.each([
    '0 0.5 0.5 0.1 0.1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1',
    '9 0.5 0.5 0.1 0.1 0.2 0.2 0.3 0.3 0.4 0.4 0.5 0.5 0.6 0.6',
    '719.0 688.0 779.0 688.0 779.0 730.0 719.0 730.0 ship 0',
    '9 104 200 50 60',
  ])('says nothing of %j', async (row) => {
    expect(await lookAt(`${row}\n`)).toEqual({ images: 1, sampled: 1, unlabelled: 0 })
  })

  it('knows the class of a box', async () => {
    const seen = await lookAt('0 0.5 0.5 0.1 0.1\n2 0.5 0.5 0.1 0.1\n')
    expect(seen).toMatchObject({ outside: { line: 2, label: 2 } })
  })
})

it('reads list files, relative to themselves', async () => {
  const root = plant({
    'images/a.jpg': '',
    'labels/a.txt': '5 0 0 0 0',
    'l.txt': './images/a.jpg\nx.md\n',
  })
  const seen = await survey(diskFiles, `${root}/l.txt`, false, expected)
  expect(seen).toMatchObject({ images: 1, outside: { line: 1, label: 5 } })
})

it('reads other lines of list files relative to where training runs', async () => {
  const root = plant({
    'set/images/a.jpg': '',
    'set/labels/a.txt': '5 0 0 0 0',
    'images/b.jpg': '',
    'labels/b.txt': '0 0 0 0 0',
    'lists/l.txt': 'set/images/a.jpg\nimages/b.jpg\n',
  })
  const seen = await survey(diskFiles, `${root}/lists/l.txt`, false, { ...expected, root })
  // YOLOv5 replaces no `images` that a path begins with.
  expect(seen).toMatchObject({ images: 2, unlabelled: 1, outside: { label: 5 } })
  expect(seen.outside?.file).toBe(join(root, 'set/labels/a.txt'))
})
