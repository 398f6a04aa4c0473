import { dirname, join } from 'node:path'
import { isImage, labelFile } from '../dataset/imageFiles'
import type { Release } from '../yolov5/release'
import type { Files } from './files'

/** What a bounded look at the images of a data set and their labels found. */
export type Survey = {
  /** Images seen; the look ends at a limit. */
  readonly images: number
  /** Of the images whose label file was looked for: how many, and how many have none. */
  readonly sampled: number
  readonly unlabelled: number
  /** First label row with a class that the data set does not have. */
  readonly outside?: { readonly file: string; readonly line: number; readonly label: number }
  /** First label row that is none. */
  readonly malformed?: { readonly file: string; readonly line: number; readonly row: string }
}

export type Limits = {
  /** Images to list, and label files to read. */
  readonly images: number
  readonly labels: number
  /** Bytes of a label file, or of a list of images. */
  readonly bytes: number
}

export const surveyLimits: Limits = { images: 5000, labels: 200, bytes: 4 * 1024 * 1024 }

async function imagesBelow(files: Files, folder: string, limit: number): Promise<string[]> {
  const found: string[] = []
  const queue = [folder]
  for (let next = queue.shift(); next !== undefined && found.length < limit; next = queue.shift()) {
    for (const { name, folder: isFolder } of (await files.list(next, limit)) ?? []) {
      if (isFolder) queue.push(join(next, name))
      else if (isImage(name)) found.push(join(next, name))
    }
  }
  return found
}

/** Paths of a list file; `./` stands for the list's own folder. */
async function imagesListed(
  files: Files,
  list: string,
  { images, bytes }: Limits,
): Promise<string[]> {
  const text = (await files.text(list, bytes)) ?? ''
  return text
    .split(/\r?\n/)
    .slice(0, images)
    .map((line) => line.trim())
    .filter((line) => isImage(line))
    .map((line) => (line.startsWith('./') ? join(dirname(list), line.slice(2)) : line))
}

/** `wanted` of the items, spread evenly: a fault often sits in one part of a data set. */
function spread<T>(items: readonly T[], wanted: number): readonly T[] {
  if (items.length <= wanted) return items
  const step = items.length / wanted
  return Array.from({ length: wanted }, (_, i) => items[Math.floor(i * step)]).filter(
    (item): item is T => item !== undefined,
  )
}

/** A row of a label file: a class and four numbers of [0, 1], or a polygon's points. */
function rowFault(row: string, nc: number): 'outside' | 'malformed' | undefined {
  const values = row.trim().split(/\s+/).map(Number)
  const [label] = values
  if (values.length < 5 || values.some((value) => !Number.isFinite(value))) return 'malformed'
  if (label === undefined || !Number.isInteger(label) || label < 0) return 'malformed'
  return label >= nc ? 'outside' : undefined
}

/**
 * Looks at the images of a folder or list file and at a sample of their labels, within limits.
 *
 * @param nc number of classes that labels may have
 * @param release says which `images` of a path is `labels`
 */
export async function survey(
  files: Files,
  place: string,
  isFolder: boolean,
  nc: number,
  release: Release,
  limits: Limits = surveyLimits,
): Promise<Survey> {
  const images = isFolder
    ? await imagesBelow(files, place, limits.images)
    : await imagesListed(files, place, limits)
  const sample = spread(images.sort(), limits.labels)
  let unlabelled = 0
  let outside: Survey['outside']
  let malformed: Survey['malformed']
  for (const image of sample) {
    const file = labelFile(image, release)
    const text = await files.text(file, limits.bytes)
    if (text === undefined) {
      unlabelled++
      continue
    }
    for (const [line, row] of text.split(/\r?\n/).entries()) {
      if (row.trim() === '') continue
      const fault = rowFault(row, nc)
      if (fault === 'outside') outside ??= { file, line: line + 1, label: Number.parseInt(row, 10) }
      if (fault === 'malformed')
        malformed ??= { file, line: line + 1, row: row.trim().slice(0, 40) }
    }
  }
  return {
    images: images.length,
    sampled: sample.length,
    unlabelled,
    ...(outside === undefined ? {} : { outside }),
    ...(malformed === undefined ? {} : { malformed }),
  }
}
