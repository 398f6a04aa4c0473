import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import sharp from 'sharp'
import { stringify } from 'yaml'
import { asDiskError } from '../../../core/disk/diskErrors'
import { writeNewFile } from '../../../core/disk/writeNewFile'
import { SlimError } from '../../../core/errors'
import { Random } from '../data/random'
import { drawShapes, sampleNames } from './draw'

export type SampleOptions = {
  readonly train: number
  readonly val: number
  /** Pixels of an image's side. */
  readonly size: number
  readonly seed: number
}

export const defaultSample: SampleOptions = { train: 320, val: 128, size: 96, seed: 1 }

export type WrittenSample = { readonly data: string; readonly images: number }

/**
 * Writes a small detection data set: drawn circles, squares and triangles as PNG, labels, and a data.yaml. The same
 * options give the same files. Of a sample that does not fit on the disk nothing stays.
 *
 * @throws SlimError `sample/not-empty` for a folder with something in it, `sample/folder` for one that can not be
 *   written, `disk/full`
 */
export async function writeSample(folder: string, options: SampleOptions): Promise<WrittenSample> {
  await requireEmpty(folder)
  try {
    return await write(folder, options)
  } catch (error) {
    // The folder was empty, and has to be for the next try.
    for (const name of ['images', 'labels', 'data.yaml']) {
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)
    }
    const told = asDiskError(folder, error)
    if (told instanceof SlimError && told.code === 'disk/full') throw told
    if (error instanceof SlimError || !(error instanceof Error) || !('code' in error)) throw error
    throw new SlimError(
      'sample/folder',
      l10n.t('{0} can not be written: {1}', folder, error.message),
      l10n.t('Make it writable, or name another folder.'),
      { cause: error },
    )
  }
}

async function requireEmpty(folder: string): Promise<void> {
  const there = await readdir(folder).catch(() => [])
  if (there.length > 0) {
    throw new SlimError(
      'sample/not-empty',
      l10n.t('{0} is not empty.', folder),
      l10n.t('Name a new folder: nothing of yours shall be overwritten.'),
    )
  }
}

async function write(folder: string, options: SampleOptions): Promise<WrittenSample> {
  for (const [index, split] of (['train', 'val'] as const).entries()) {
    const images = join(folder, 'images', split)
    const labels = join(folder, 'labels', split)
    await mkdir(images, { recursive: true })
    await mkdir(labels, { recursive: true })
    const count = options[split]
    const digits = `${count - 1}`.length
    for (let i = 0; i < count; i++) {
      const random = new Random(options.seed, index, i)
      const name = `${i}`.padStart(digits, '0')
      const { image, labels: rows } = drawShapes(random, options.size)
      const { width, height, data } = image
      // A file that sharp writes itself fails with no code that says why.
      const png = sharp(data, { raw: { width, height, channels: 3 } }).png()
      await writeNewFile(join(images, `${name}.png`), await png.toBuffer())
      const lines = rows.map(
        ([cls, ...box]) => `${cls} ${box.map((v) => v.toFixed(6)).join(' ')}\n`,
      )
      await writeNewFile(join(labels, `${name}.txt`), lines.join(''))
    }
  }
  const data = join(folder, 'data.yaml')
  const yaml = {
    // Absolute, since v5.0 knows no "path", and releases start relative ones from different folders.
    train: join(folder, 'images', 'train'),
    val: join(folder, 'images', 'val'),
    nc: sampleNames.length,
    names: [...sampleNames],
  }
  await writeNewFile(
    data,
    `# Drawn by yolov5-slim sample; seed ${options.seed}\n${stringify(yaml)}`,
  )
  return { data, images: options.train + options.val }
}
