import { dirname, isAbsolute, join, resolve } from 'node:path'
import { isScalar } from 'yaml'
import type { Finding } from '../finding'
import { fileTop } from '../finding'
import { parseYamlText, topLevel } from '../yolov5/yamlText'
import type { TextReport } from './checkFile'
import type { Clone } from './clone'
import { checkDataFolders } from './dataFolders'
import type { Files } from './files'
import { flagValues, hasFlag, type Invocation, type PlacedWord } from './invocations'
import { fileKind } from './kind'
import { classCount } from './project'
import { type CheckpointFacts, checkWeights, weightsUse } from './weightsCheck'

/** What looking beyond a file's text takes. */
export type Places = {
  readonly files: Files
  /** Reads a checkpoint; undefined for what is none, or can't be read. */
  readonly inspect: (path: string) => Promise<CheckpointFacts | undefined>
}

/** Where a path that a script or a yaml names lies: below the root, or beside the file. */
async function located(
  path: string,
  file: string,
  { detection: { root } }: Clone,
  files: Files,
): Promise<string | undefined> {
  const candidates = isAbsolute(path) ? [path] : [join(root, path), resolve(dirname(file), path)]
  for (const candidate of candidates) {
    const found = await files.stat(candidate)
    if (found !== undefined && !found.folder) return candidate
  }
  return undefined
}

async function weightsAt(
  word: Pick<PlacedWord, 'text' | 'range'>,
  file: string,
  clone: Clone,
  places: Places,
  script: string,
  classes?: number,
): Promise<readonly Finding[]> {
  if (!/\.pth?$/i.test(word.text)) return []
  const path = await located(word.text, file, clone, places.files)
  const facts = path === undefined ? undefined : await places.inspect(path)
  if (facts === undefined) return []
  return checkWeights(facts, word.text, word.range, clone, weightsUse(script), classes)
}

async function classesAt(
  data: string,
  file: string,
  clone: Clone,
  files: Files,
): Promise<number | undefined> {
  for (const candidate of [data, `data/${data}`]) {
    const path = await located(candidate, file, clone, files)
    const text = path === undefined ? undefined : await files.text(path, 1024 * 1024)
    if (text !== undefined) return classCount(text, clone)
  }
  return undefined
}

async function checkInvocationWeights(
  invocation: Invocation,
  file: string,
  clone: Clone,
  places: Places,
): Promise<readonly Finding[]> {
  const known = flagValues(invocation, '--weights', clone).filter(({ open }) => !open)
  if (known.length === 0) return []
  const classes = await classesOf(invocation, file, clone, places.files)
  const found: Finding[] = []
  for (const weights of known) {
    found.push(...(await weightsAt(weights, file, clone, places, invocation.script, classes)))
  }
  return found
}

/** Number of classes that weights have to tell apart; undefined where that isn't known, or they need not. */
async function classesOf(
  invocation: Invocation,
  file: string,
  clone: Clone,
  files: Files,
): Promise<number | undefined> {
  // Every class counts as one then, whatever the weights and the data have; val.py does not compare them.
  if (hasFlag(invocation, '--single-cls', clone)) return undefined
  const [data] = flagValues(invocation, '--data', clone)
  return data?.open === false ? classesAt(data.text, file, clone, files) : undefined
}

/** `weights:` and `data:` of an opt.yaml. */
async function checkOptions(
  text: string,
  file: string,
  clone: Clone,
  places: Places,
): Promise<readonly Finding[]> {
  const yaml = parseYamlText(text)
  const keys = topLevel(yaml)
  const node = keys.get('weights')?.value
  if (!isScalar(node) || typeof node.value !== 'string') return []
  const word = { text: node.value, range: yaml.range(node) }
  return weightsAt(word, file, clone, places, 'train.py')
}

/**
 * What needs a look at other files: the folders of a data.yaml, the checkpoints that scripts and options name.
 *
 * @param report what the text of the file said
 */
export async function checkPlaces(
  text: string,
  path: string,
  clone: Clone,
  report: TextReport,
  places: Places,
): Promise<readonly Finding[]> {
  const kind = fileKind(clone, path, text)
  if (kind === 'data') return checkDataFolders(text, path, clone, places.files)
  if (kind === 'options') return checkOptions(text, path, clone, places)
  const found: Finding[] = []
  for (const invocation of report.invocations) {
    found.push(...(await checkInvocationWeights(invocation, path, clone, places)))
  }
  return found
}

/** A checkpoint that lies in the clone, for which nothing names it. */
export async function checkCheckpoint(
  path: string,
  shown: string,
  clone: Clone,
  places: Places,
): Promise<readonly Finding[]> {
  const facts = await places.inspect(path)
  return facts === undefined ? [] : checkWeights(facts, shown, fileTop, clone, 'other')
}
