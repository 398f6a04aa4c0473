import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { stringify } from 'yaml'
import type { Detection } from '../yolov5/release'
import { imageFiles, labelFile } from './imageFiles'
import { classesIn } from './split'

type Part = 'train' | 'val' | 'test'

/** A data set as its folder shows it. */
export type FoundSet = {
  readonly folder: string
  /** Folders of images or list files of each part, absolute. */
  readonly paths: Readonly<Partial<Record<Part, string>>>
  readonly images: number
  readonly labelled: number
  /** Names by class: from a file of names, else `class0` and so on, as many as the labels name. */
  readonly names: readonly string[]
  /** Whether the names are known, not made up. */
  readonly named: boolean
}

/** What people call the parts: `train2017`, `valid`, … */
const partNames: Readonly<Record<Part, RegExp>> = {
  train: /^train(ing)?\d*$/i,
  val: /^(val|valid|validation)\d*$/i,
  test: /^test(ing)?\d*$/i,
}
const parts = ['train', 'val', 'test'] as const
/** Labelling programs write the names into one of these. */
const nameFiles = ['classes.txt', 'obj.names', 'labels.txt', 'data.names', '_darknet.labels']
/** So many label files tell which classes there are; more only cost time. */
const mostLabels = 20_000

/**
 * Finds the parts of a data set by their folders (`images/train`, `train/images`, `train`) or lists (`train.txt`), its
 * classes by its labels, and their names by a file of names.
 *
 * @param base the folder that training runs in, from which relative lines of lists start
 */
export async function findSet(folder: string, base: string = folder): Promise<FoundSet> {
  const paths = await partPaths(folder)
  const sources = Object.values(paths)
  const images = await imageFiles(sources.length > 0 ? sources : [folder], base)
  const { labelled, classes } = await readLabels(images)
  const named = await readNames(folder)
  const count = Math.max(classes, named?.length ?? 0)
  const names = Array.from({ length: count }, (_, i) => named?.[i] ?? `class${i}`)
  return { folder, paths, images: images.length, labelled, names, named: named !== undefined }
}

async function partPaths(folder: string): Promise<FoundSet['paths']> {
  const found: Partial<Record<Part, string>> = {}
  for (const base of [join(folder, 'images'), folder]) {
    const entries = await readdir(base, { withFileTypes: true }).catch(() => [])
    for (const part of parts) {
      const child = entries.find((one) => one.isDirectory() && partNames[part].test(one.name))
      if (!child || found[part] !== undefined) continue
      const path = join(base, child.name)
      const inner = join(path, 'images')
      found[part] = existsSync(inner) ? inner : path
    }
  }
  // A split by lists is newer than the folders that it divides.
  const lists = parts.map((part) => [part, join(folder, `${part}.txt`)] as const)
  if (lists.slice(0, 2).every(([, file]) => existsSync(file))) {
    return Object.fromEntries(lists.filter(([, file]) => existsSync(file)))
  }
  return found
}

async function readLabels(
  images: readonly string[],
): Promise<{ readonly labelled: number; readonly classes: number }> {
  let labelled = 0
  let classes = 0
  for (const image of images.slice(0, mostLabels)) {
    const text = await readFile(labelFile(image, 'v7.0'), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    labelled++
    for (const cls of classesIn(text)) classes = Math.max(classes, cls + 1)
  }
  return { labelled, classes }
}

async function readNames(folder: string): Promise<readonly string[] | undefined> {
  for (const file of nameFiles.flatMap((name) => [
    join(folder, name),
    join(folder, 'labels', name),
  ])) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    const names = text
      ?.split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean)
    if (names && names.length > 0) return names
  }
  return undefined
}

/**
 * A data.yaml in the spelling of a release: with `path:` where it is read, absolute paths where not; names as numbered
 * entries where they may be. Written to `file`, which decides nothing but is named in it.
 */
export function dataYamlText(set: FoundSet, { capabilities, release }: Detection): string {
  const { folder, paths, names, images, labelled } = set
  const { dataPath, dictNames } = capabilities
  const spelled = (path: string | undefined): string | undefined =>
    path === undefined || !dataPath ? path : relative(folder, path).split(sep).join('/')
  const { train, val, test } = paths
  const head = [
    `# ${basename(folder)}: ${images} images, ${labelled} of them labelled.`,
    `# Spelled for YOLOv5 ${release}.${set.named ? '' : ' Give the classes their names below.'}`,
  ]
  const data = {
    ...(dataPath ? { path: folder } : {}),
    train: spelled(train ?? folder),
    // Without a part of its own, validation sees what training saw: better than nothing, and said.
    val: spelled(val ?? train ?? folder),
    ...(test === undefined ? {} : { test: spelled(test) }),
    nc: names.length,
    // A map, since an object's keys are text: quoted, and refused by v7.0.
    names: dictNames ? new Map(names.map((name, i) => [i, name])) : [...names],
  }
  // PyYAML reads 1.1: a class named `no` needs quotes.
  return `${head.join('\n')}\n${stringify(data, { compat: 'yaml-1.1' })}`
}
