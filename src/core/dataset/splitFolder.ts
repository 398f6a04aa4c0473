import { existsSync } from 'node:fs'
import { access, constants, copyFile, mkdir, readFile, realpath, rm } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import * as l10n from '@vscode/l10n'
import { asDiskError } from '../disk/diskErrors'
import { isBelow } from '../disk/isBelow'
import { writeFileAtomically } from '../disk/writeFileAtomically'
import { SlimError } from '../errors'
import { imageFiles, labelFile } from './imageFiles'
import { classesIn, type LabelledImage, type SplitOptions, splitImages } from './split'

export type SplitFolderOptions = SplitOptions & {
  /** Copies images and labels to this folder, sorted into train, val and test; else lists are written. */
  readonly copyTo?: string
  /** Replace lists that are there. */
  readonly overwrite: boolean
}

export type SplitReport = {
  readonly images: number
  readonly unlabelled: number
  /** What data.yaml names: list files, or folders of copies; `test` only where there is any. */
  readonly paths: { readonly train: string; readonly val: string; readonly test?: string }
  readonly counts: { readonly train: number; readonly val: number; readonly test: number }
}

const parts = ['train', 'val', 'test'] as const
const atOnce = 32

/**
 * Divides the images below a folder into training, validation and test images: by lists that lie in the folder, which
 * moves nothing, or by copies.
 *
 * @throws SlimError `split/share`, `split/no-images`, `split/inside`, `split/same-name`, `split/exists`, `split/unreadable`,
 *   `disk/…`
 */
export async function splitFolder(
  folder: string,
  options: SplitFolderOptions,
): Promise<SplitReport> {
  checkShares(options)
  const root = resolve(folder)
  const targets = targetsOf(root, options)
  if (options.copyTo !== undefined) await refuseInside(root, targets, options.copyTo)
  const files = existsSync(root) ? await imageFiles([root]) : []
  if (files.length < 2) {
    throw new SlimError(
      'split/no-images',
      l10n.t('There are no images to divide in {0}.', root),
      l10n.t('Name the folder that holds the images, or one above.'),
    )
  }
  const images = await labelled(files)
  const split = splitImages(images, options)
  const write = options.copyTo === undefined ? writeLists : copyParts
  refuseExisting(targets, options)
  await write(root, split, targets)
  const { train, val, test } = split
  return {
    images: files.length,
    unlabelled: images.filter(({ classes }) => classes.length === 0).length,
    paths: {
      train: targets.train,
      val: targets.val,
      ...(test.length > 0 ? { test: targets.test } : {}),
    },
    counts: { train: train.length, val: val.length, test: test.length },
  }
}

type Targets = Readonly<Record<(typeof parts)[number], string>>

function targetsOf(root: string, { copyTo }: SplitFolderOptions): Targets {
  const of = (part: string): string =>
    copyTo === undefined ? join(root, `${part}.txt`) : join(resolve(copyTo), 'images', part)
  return { train: of('train'), val: of('val'), test: of('test') }
}

function checkShares({ val, test }: SplitOptions): void {
  if (val > 0 && test >= 0 && val + test < 1) return
  throw new SlimError(
    'split/share',
    l10n.t(
      '{0} for validation and {1} for test leave nothing to train on, or nothing to validate with.',
      val,
      test,
    ),
    l10n.t('Give shares such as 0.2, which together are below 1.'),
  )
}

/** Copies among the images would be images of the folder too, and each counted twice the next time. */
async function refuseInside(root: string, { train }: Targets, copyTo: string): Promise<void> {
  const [images, place] = [await realPlace(root), await realPlace(train)]
  if (place !== images && !isBelow(images, place)) return
  throw new SlimError(
    'split/inside',
    l10n.t('Copies to {0} would lie in {1}, among the images to divide.', resolve(copyTo), root),
    l10n.t('Name a folder outside of it, or divide by lists.'),
  )
}

/** A path as it is compared, whichever link leads there; its end need not be there yet. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : join(await realPlace(above), basename(path))
  }
}

function refuseExisting(targets: Targets, { overwrite, copyTo }: SplitFolderOptions): void {
  if (overwrite && copyTo === undefined) return
  const there = parts.map((part) => targets[part]).find((path) => existsSync(path))
  if (there === undefined) return
  throw new SlimError(
    'split/exists',
    l10n.t('{0} is there already.', there),
    copyTo === undefined
      ? l10n.t('Replace the lists with --force, or delete them.')
      : l10n.t('Name a new folder: copies are never mixed with others.'),
  )
}

async function labelled(files: readonly string[]): Promise<LabelledImage[]> {
  const images: LabelledImage[] = new Array(files.length)
  await each(files, async (file, i) => {
    const text = await readFile(labelFile(file, 'v7.0'), 'utf8').catch(() => '')
    images[i] = { file, classes: classesIn(text) }
  })
  return images
}

/** `./` in front: every release takes such a line as relative to the list. */
async function writeLists(
  root: string,
  split: Readonly<Record<(typeof parts)[number], readonly string[]>>,
  targets: Targets,
): Promise<void> {
  for (const part of parts) {
    if (split[part].length === 0) continue
    const lines = split[part].map((file) => `./${relative(root, file).split(sep).join('/')}\n`)
    await writeFileAtomically(targets[part], lines.join(''))
  }
}

async function copyParts(
  root: string,
  split: Readonly<Record<(typeof parts)[number], readonly string[]>>,
  targets: Targets,
): Promise<void> {
  const copies = parts.flatMap((part) =>
    split[part].map((file) => ({ file, to: join(targets[part], nameOf(root, file)) })),
  )
  refuseSameNames(copies)
  const made: string[] = []
  try {
    for (const part of parts) {
      if (split[part].length === 0) continue
      const labels = dirname(labelFile(join(targets[part], 'x.png'), 'v7.0'))
      for (const folder of [targets[part], labels]) made.push(...(await makeFolder(folder)))
    }
    await each(copies, async ({ file, to }) => {
      await copy(file, to)
      const label = labelFile(file, 'v7.0')
      if (existsSync(label)) await copy(label, labelFile(to, 'v7.0'))
    })
  } catch (error) {
    // Half of the copies would fill a full disk for nothing, and keep the next try from this folder.
    for (const folder of made) await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** The uppermost folder that was not there before; none where all were. */
async function makeFolder(path: string): Promise<readonly string[]> {
  try {
    const first = await mkdir(path, { recursive: true })
    return first === undefined ? [] : [first]
  } catch (error) {
    throw asDiskError(path, error)
  }
}

async function copy(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to)
  } catch (error) {
    // The system's error does not say which of the two it is about.
    await access(from, constants.R_OK).catch((cause: Error) => {
      throw new SlimError(
        'split/unreadable',
        l10n.t('{0} can not be read: {1}', from, cause.message),
        l10n.t('Make it readable or take it out of the folder, or divide by lists.'),
        { cause },
      )
    })
    throw asDiskError(to, error)
  }
}

/** Folders become part of the name, so that images of the same name stay apart. */
function nameOf(root: string, file: string): string {
  const inside = relative(root, file).split(sep)
  return inside.filter((part, i) => i === inside.length - 1 || part !== 'images').join('_')
}

function refuseSameNames(copies: readonly { readonly file: string; readonly to: string }[]): void {
  // Labels go by the name without its ending: a.png and a.jpg would share one.
  const seen = new Map<string, string>()
  for (const { file, to } of copies) {
    const key = labelFile(to, 'v7.0')
    const other = seen.get(key)
    if (other !== undefined) {
      throw new SlimError(
        'split/same-name',
        l10n.t('{0} and {1} would get the same label file.', other, file),
        l10n.t('Rename one of them, or divide by lists.'),
      )
    }
    seen.set(key, file)
  }
}

/** Works on a few at once. Once one fails no other is begun, and those that were are done when it throws. */
async function each<T>(
  list: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const workers = Array.from({ length: atOnce }, async () => {
    try {
      for (let i = next++; i < list.length; i = next++) await work(list[i] as T, i)
    } catch (error) {
      next = list.length
      throw error
    }
  })
  await Promise.allSettled(workers)
  await Promise.all(workers)
}
