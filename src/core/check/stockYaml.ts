import { basename } from 'node:path'
import type { Clone } from './clone'
import { isStockData } from './stockFiles'

/** Hyperparameters and models of all releases. Lists and no patterns: `hyp.scratch-custom.yaml` is the user's. */
const HYP =
  /^hyp\.(?:scratch(?:-low|-med|-high)?|finetune(?:_objects365)?|VOC|Objects365|no-augmentation)\.ya?ml$/i
const MODEL =
  /^(?:yolov3(?:-spp|-tiny)?|yolov5(?:[nsmlx](?:6|-seg)?|-(?:bifpn|fpn|p2|p34|p6|p7|panet)|s-(?:LeakyReLU|ghost|transformer)))\.ya?ml$/

/** Whether a file of this name is one that some release ships. */
export function isStockYaml(path: string): boolean {
  const name = basename(path.replaceAll('\\', '/'))
  return HYP.test(name) || MODEL.test(name)
}

/** Whether a path is a stock data.yaml's, by its name and where releases have it; elsewhere it is the user's. */
export function isStockDataPath(path: string): boolean {
  return /^(?:data\/)?[^/]+$/.test(path) && isStockData(path)
}

/** Where a release keeps the yaml files that it looks for by name. */
const FOLDERS = ['', 'data/', 'data/hyps/', 'models/', 'models/hub/', 'models/segment/']

/**
 * Whether the release finds a yaml that a command line names: at that path, or by its name anywhere below the
 * root (`check_file` of utils/general.py).
 */
export function findsYaml(clone: Clone, path: string, folder = ''): boolean {
  const plain = path.replace(/^\.\//, '')
  if (clone.has(`${folder}${folder === '' ? '' : '/'}${plain}`)) return true
  return [...FOLDERS, ...foldersFor(clone, plain)].some((place) => clone.has(`${place}${plain}`))
}

/** Folders of the user's own in which a bare name of data is found. */
function foldersFor(clone: Clone, path: string): readonly string[] {
  if (!isStockDataPath(path) || path.includes('/')) return []
  const below = (folder: string): readonly string[] =>
    clone.list(folder).filter((name) => !name.includes('.'))
  return [...below('').map((name) => `${name}/`), ...below('data').map((name) => `data/${name}/`)]
}

/**
 * What this release has in place of a stock yaml of another one: of the same name in another folder, else the
 * nearest relative.
 */
export function counterpart(clone: Clone, path: string): string | undefined {
  const name = basename(path.replaceAll('\\', '/'))
  const same = FOLDERS.map((place) => `${place}${name}`).find((file) => clone.has(file))
  if (same !== undefined) return same
  if (isStockData(name)) return dataCounterpart(clone, name)
  const [, kind] = /^hyp\.(\w+)/.exec(name) ?? []
  if (kind === undefined) return undefined
  const { hyp } = clone.detection.capabilities
  const near = kind === 'scratch' ? [hyp] : kind === 'finetune' ? [] : ['data/hyps/hyp.VOC.yaml']
  const tuned = ['data/hyps/hyp.VOC.yaml', 'data/hyps/hyp.finetune.yaml', 'data/hyp.finetune.yaml']
  return [...near, ...(kind === 'scratch' ? [] : tuned), hyp].find((file) => clone.has(file))
}

/** v6.0 wrote the names of public data sets as their authors do. */
function dataCounterpart(clone: Clone, name: string): string | undefined {
  const plain = (file: string): string => file.toLowerCase().replace('argoverse_hd', 'argoverse')
  const now = clone.list('data').find((file) => plain(file) === plain(name))
  return now === undefined ? undefined : `data/${now}`
}
