import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtinReleases } from '../contract'
import { decode } from './decode'
import { checkImage } from './imageCheck'

type Pixels = readonly [width: number, height: number, rgb: string]

const folder = join(import.meta.dirname, '../../../../test/golden/files')
const golden = JSON.parse(readFileSync(join(folder, 'files.json'), 'utf8')) as Readonly<
  Record<string, Pixels | null>
>
const readable = Object.entries(golden).filter((entry): entry is [string, Pixels] => !!entry[1])

describe('image files', () => {
  it.each(readable)('%s is read as OpenCV reads it', async (name, [width, height, rgb]) => {
    const image = await decode(join(folder, name))
    expect([image.width, image.height]).toEqual([width, height])
    expect(Buffer.from(image.data).equals(Buffer.from(rgb, 'base64'))).toBe(true)
  })

  it.each(readable.filter(([name]) => !/cut|end/.test(name)))(
    '%s passes, with its size',
    async (name, [width, height]) => {
      for (const release of builtinReleases) {
        expect(await checkImage(join(folder, name), release)).toEqual([width, height])
      }
    },
  )

  it.each(['cut.png', 'text.jpg'])('%s is left out', async (name) => {
    expect(golden[name]).toBeNull()
    await expect(checkImage(join(folder, name), 'v5.0')).rejects.toThrow()
  })

  it.each(['cut.jpg', 'end.jpg'])('%s is left out from v6.0 on', async (name) => {
    const file = join(folder, name)
    expect(await checkImage(file, 'v5.0')).toEqual([21, 14])
    await expect(checkImage(file, 'v6.0')).rejects.toThrow('premature end')
  })

  it('a JPEG with something behind its end passes', async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'images-'))
    const file = join(scratch, 'tail.jpg')
    await writeFile(
      file,
      Buffer.concat([readFileSync(join(folder, 'plain.jpg')), Buffer.from('x')]),
    )
    expect(await checkImage(file, 'v7.0')).toEqual([21, 14])
    await rm(scratch, { recursive: true })
  })
})

describe('what is no good', () => {
  let scratch: string
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'images-'))
  })
  afterAll(() => rm(scratch, { recursive: true }))

  const changed = async (name: string, change: (bytes: Buffer) => Buffer): Promise<string> => {
    const file = join(scratch, name)
    await writeFile(file, change(readFileSync(join(folder, name))))
    return file
  }

  it('a PNG with a wrong checksum', async () => {
    const file = await changed('plain.png', (bytes) => {
      bytes[50] = (bytes[50] ?? 0) ^ 1
      return bytes
    })
    await expect(checkImage(file, 'v7.0')).rejects.toThrow('checksum')
  })

  it('a bitmap that is compressed or cut off', async () => {
    const compressed = await changed('palette.bmp', (bytes) => {
      bytes[30] = 1
      return bytes
    })
    await expect(checkImage(compressed, 'v7.0')).rejects.toThrow('compression 1')
    const cut = await changed('plain.bmp', (bytes) => bytes.subarray(0, 200))
    await expect(decode(cut)).rejects.toThrow('cut off')
  })

  it('an image of a few pixels', async () => {
    const file = await changed('plain.bmp', (bytes) => {
      bytes[18] = 9
      return bytes
    })
    await expect(checkImage(file, 'v7.0')).rejects.toThrow('image size 9 × 14')
  })
})
