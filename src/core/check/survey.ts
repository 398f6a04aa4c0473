import { dirname, join, resolve } from 'node:path'
import { isImage, labelFile } from '../dataset/imageFiles'
import type { Release } from '../yolov5/release'
import type { Files } from './files'

/** What a bounded look at the images of a data set and their labels found. */
export type Survey = {
  /** Images seen; the look ends at a limit. */
  readonly images: number
  /** No image was seen, but not all could be looked at. */
  readonly unseen?: true
  /** Of the images whose label file was looked for: how many, and how many have none. */
  readonly sampled: number
  readonly unlabelled: number
  /** First label row with a class that the data set does not have. */
  readonly outside?: { readonly file: string; readonly line: number; readonly label: number }
  /** First label row that is none; `fatal` where it does not merely cost its image. */
  readonly malformed?: {
    readonly file: string
    readonly line: number
    readonly row: string
    readonly fatal: boolean
  }
}

/** What the images and labels are held against. */
export type Expected = {
  /** Number of classes that labels may have. */
  readonly nc: number
  /** Says which `images` of a path is `labels`, and how long a row may be. */
  readonly release: Release
  /** The folder that training runs in, from which relative lines of a list start. */
  readonly root: string
  /** Whether rows are YOLOv5's; of others only boxes are looked at, and only for their class. */
  readonly stockLabels: boolean
}

export type Limits = {
  /** Images to list, and label files to read. */
  readonly images: number
  readonly labels: number
  /** Bytes of a label file, or of the part of a list of images that is read. */
  readonly bytes: number
}

export const surveyLimits: Limits = { images: 5000, labels: 200, bytes: 4 * 1024 * 1024 }

/** Paths of images, at most a limit of them; `whole` where all that may be one was looked at. */
type Images = { readonly paths: readonly string[]; readonly whole: boolean }

/** What is hidden is left out, as Python's `glob` leaves it out. */
async function imagesBelow(files: Files, folder: string, limit: number): Promise<Images> {
  const paths: string[] = []
  const folders = [folder]
  let whole = true
  for (let at = 0; at < folders.length && paths.length < limit; at++) {
    const next = folders[at] ?? folder
    const entries = await files.list(next, limit)
    if (entries === undefined || entries.length >= limit) whole = false
    for (const { name, folder: isFolder } of entries ?? []) {
      if (name.startsWith('.')) continue
      if (isImage(name)) paths.push(join(next, name))
      // Links may lead round in circles.
      else if (isFolder && folders.length < limit) folders.push(join(next, name))
      else if (isFolder) whole = false
    }
  }
  return { paths, whole }
}

/** Paths of a list file, relative ones as they stand there; `./` stands for the list's own folder. */
async function imagesListed(
  files: Files,
  list: string,
  { images, bytes }: Limits,
): Promise<Images> {
  const { text, whole } = (await files.head(list, bytes)) ?? { text: '', whole: false }
  const paths = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => isImage(line))
    .slice(0, images)
    .map((line) => (line.startsWith('./') ? join(dirname(list), line.slice(2)) : line))
  return { paths, whole }
}

/** `wanted` of the items, spread evenly: a fault often sits in one part of a data set. */
function spread<T>(items: readonly T[], wanted: number): readonly T[] {
  if (items.length <= wanted) return items
  const step = items.length / wanted
  return Array.from({ length: wanted }, (_, i) => items[Math.floor(i * step)]).filter(
    (item): item is T => item !== undefined,
  )
}

/** Numbers of a row above which its file holds outlines (`cache_labels`, `verify_image_label`); v4.0 knows none. */
function longestBox(release: Release): number {
  switch (release) {
    case 'v3.1':
    case 'v4.0':
      return Number.POSITIVE_INFINITY
    case 'v5.0':
    case 'v6.0':
    case 'v6.1':
      return 8
    default:
      return 6
  }
}

type Row = { readonly line: number; readonly text: string; readonly values: readonly number[] }

function rowsOf(text: string): readonly Row[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((row, at) => ({ line: at + 1, text: row.trim() }))
    .filter((row) => row.text !== '')
    .map((row) => ({ ...row, values: row.text.split(/\s+/).map(Number) }))
}

/** The box around an outline, as `segments2boxes` has it: centre and size, of which only these are looked at. */
function boxAround(points: readonly number[]): readonly number[] {
  return [0, 1].flatMap((axis) => {
    const along = points.filter((_, at) => at % 2 === axis)
    const least = Math.min(...along)
    const most = Math.max(...along)
    return [(least + most) / 2, most - least]
  })
}

/** Whether a row has another form than a label, or numbers outside of 0 to 1; they are 32-bit floats to YOLOv5. */
function isFaulty({ values }: Row, isOutline: boolean): boolean {
  const [label = -1, ...rest] = values
  const isWhole = isOutline ? rest.length >= 2 && rest.length % 2 === 0 : rest.length === 4
  if (!isWhole || !Number.isInteger(label) || label < 0) return true
  const box = isOutline ? boxAround(rest) : rest
  return !box.every((value) => value >= 0 && Math.fround(value) <= 1)
}

function isTable(rows: readonly Row[]): boolean {
  const width = rows[0]?.values.length
  return rows.every(({ values }) => values.length === width && values.every(Number.isFinite))
}

/** Looks at the images of a folder or list file and at a sample of their labels, within limits. */
export async function survey(
  files: Files,
  place: string,
  isFolder: boolean,
  { nc, release, root, stockLabels }: Expected,
  limits: Limits = surveyLimits,
): Promise<Survey> {
  const { paths, whole } = isFolder
    ? await imagesBelow(files, place, limits.images)
    : await imagesListed(files, place, limits)
  const sample = spread([...paths].sort(), limits.labels)
  let unlabelled = 0
  let outside: Survey['outside']
  let malformed: Survey['malformed']
  for (const image of sample) {
    // In this order: YOLOv5 leaves an `images` alone that a relative path starts with.
    const file = resolve(root, labelFile(image, release))
    const text = await files.text(file, limits.bytes)
    if (text === undefined) {
      unlabelled++
      continue
    }
    const rows = rowsOf(text)
    const isOutline = stockLabels && rows.some(({ values }) => values.length > longestBox(release))
    // v3.1 leaves out what is no table of numbers; it looks at the numbers after that, and ends there.
    const fatal = release === 'v3.1' && isTable(rows)
    for (const row of rows) {
      const { line } = row
      const [label = 0] = row.values
      if (!isFaulty(row, isOutline)) {
        if (label >= nc) outside ??= { file, line, label }
      } else if (stockLabels) malformed ??= { file, line, row: row.text.slice(0, 40), fatal }
    }
  }
  return {
    images: paths.length,
    ...(paths.length > 0 || whole ? {} : { unseen: true }),
    sampled: sample.length,
    unlabelled,
    ...(outside === undefined ? {} : { outside }),
    ...(malformed === undefined ? {} : { malformed }),
  }
}
