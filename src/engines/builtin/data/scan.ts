import { readFile } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { imageFiles, labelFile } from '../../../core/dataset/imageFiles'
import { errorCode } from '../../../core/disk/diskErrors'
import { SlimError } from '../../../core/errors'
import type { BuiltinRelease } from '../contract'
import { checkImage } from './imageCheck'
import { type Labels, noLabels, parseLabels } from './labels'

/** Images of one split with their labels, checked. Plain data: worker threads are handed it. */
export type ImageSet = {
  readonly files: readonly string[]
  readonly labels: readonly Labels[]
  /** Width and height of each image, upright. */
  readonly sizes: readonly (readonly [width: number, height: number])[]
}

export type ScanResult = {
  readonly set: ImageSet
  /** Images whose label file is missing, and whose label file is empty. */
  readonly missing: number
  readonly empty: number
  /** One line for each image that is left out or was mended. */
  readonly problems: readonly string[]
}

const atOnce = 16

export type ScanOptions = {
  readonly release: BuiltinRelease
  /** Training needs labels; evaluation works without. */
  readonly needsLabels: boolean
  readonly singleClass: boolean
  /** Number of classes, to refuse labels beyond. */
  readonly nc: number
  /** Where relative lines of list files start from, else where the process runs. */
  readonly base?: string | undefined
  readonly stop?: AbortSignal
}

/**
 * Finds the images below folders and in list files, and reads their labels: the checks of `verify_image_label`
 * (utils/datasets.py, dataloaders.py). Nothing is written: a JPEG with something behind its end is used as it is, where
 * YOLOv5 from v6.0 on saves it anew.
 *
 * @throws SlimError `data/missing-path` where one went since the run was prepared, `data/no-images`, `data/no-labels`,
 *   `data/class-range`
 */
export async function scanImages(
  paths: readonly string[],
  options: ScanOptions,
): Promise<ScanResult> {
  // YOLOv5 keeps what it read by path: an image that is listed twice counts once.
  const found = [...new Set(await imageFiles(paths, options.base).catch(asMissing))]
  if (found.length === 0) {
    throw new SlimError(
      'data/no-images',
      l10n.t('There are no images in {0}.', paths.join(', ')),
      l10n.t('Correct the paths of the data.yaml, or put the images there.'),
    )
  }
  const entries: (Entry | undefined)[] = new Array(found.length)
  let next = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let i = next++; i < found.length; i = next++) {
        options.stop?.throwIfAborted()
        entries[i] = await readEntry(found[i] as string, options.release)
      }
    }),
  )
  return collect(entries as Entry[], paths, options)
}

function asMissing(error: NodeJS.ErrnoException): never {
  if (errorCode(error) !== 'ENOENT') throw error
  throw new SlimError(
    'data/missing-path',
    l10n.t('The data set is not there any more: {0}', error.path ?? ''),
    l10n.t('Correct the paths of the data.yaml, or put the images there.'),
    { cause: error },
  )
}

type Entry = {
  readonly file: string
  readonly labels?: Labels
  readonly size?: readonly [number, number]
  readonly missing?: boolean
  readonly problem?: string
}

function collect(
  entries: readonly Entry[],
  paths: readonly string[],
  { needsLabels, singleClass, nc, release }: ScanOptions,
): ScanResult {
  const usable = entries.filter(({ labels, size }) => labels && size)
  const missing = entries.filter(({ missing }) => missing).length
  const empty = usable.filter(({ labels }) => labels?.boxes.length === 0).length - missing
  const problems = entries.flatMap(({ file, problem }) => (problem ? [`${file}: ${problem}`] : []))
  if (usable.length === 0) {
    throw new SlimError(
      'data/no-images',
      l10n.t('No image in {0} can be used: {1}', paths.join(', '), problems[0] ?? ''),
      l10n.t('Correct the images and labels.'),
    )
  }
  if (needsLabels && usable.every(({ labels }) => labels?.boxes.length === 0)) {
    throw noLabelsIn(paths.join(', '), missing === entries.length, problems[0])
  }
  const labels = usable.map(({ labels }) =>
    singleClass && labels ? oneClass(labels) : (labels ?? noLabels),
  )
  labels.forEach(({ boxes }, i) => {
    for (let at = 0; at < boxes.length; at += 5) {
      if ((boxes[at] as number) >= nc) {
        throw classRange(labelFile(usable[i]?.file ?? '', release), boxes[at] ?? 0, nc)
      }
    }
  })
  return {
    set: {
      files: usable.map(({ file }) => file),
      labels,
      sizes: usable.map(({ size }) => size ?? [0, 0]),
    },
    missing,
    empty,
    problems,
  }
}

function noLabelsIn(paths: string, allMissing: boolean, problem: string | undefined): SlimError {
  if (allMissing) {
    return new SlimError(
      'data/no-labels',
      l10n.t('None of the images in {0} has a label file.', paths),
      l10n.t('Labels belong in a folder “labels” beside “images”, one .txt for each image.'),
    )
  }
  return new SlimError(
    'data/no-labels',
    problem === undefined
      ? l10n.t('None of the images in {0} has a label.', paths)
      : l10n.t('None of the images in {0} has a label: {1}', paths, problem),
    l10n.t('Put labels into their .txt files, one line for each object.'),
  )
}

function oneClass({ boxes, segments }: Labels): Labels {
  return { boxes: boxes.map((value, i) => (i % 5 === 0 ? 0 : value)), segments }
}

function classRange(file: string, cls: number, nc: number): SlimError {
  return new SlimError(
    'data/class-range',
    l10n.t('{0} has a label of class {1}, but the data.yaml has {2} classes.', file, cls, nc),
    l10n.t('Correct the label, or “nc” and “names” of the data.yaml.'),
  )
}

async function readEntry(file: string, release: BuiltinRelease): Promise<Entry> {
  try {
    const size = await checkImage(file, release)
    const text = await readFile(labelFile(file, release), 'utf8').catch(() => undefined)
    if (text === undefined) return { file, size, labels: noLabels, missing: true }
    const parsed = parseLabels(text, release)
    if ('corrupt' in parsed) {
      return { file, problem: l10n.t('left out, its labels are corrupt: {0}', parsed.corrupt) }
    }
    const { labels, duplicates } = parsed
    const problem = duplicates > 0 ? l10n.t('{0} duplicate labels removed', duplicates) : ''
    return { file, size, labels, problem }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { file, problem: l10n.t('left out, it is corrupt: {0}', text) }
  }
}
