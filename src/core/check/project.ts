import { join, posix } from 'node:path'
import { classesOf, parseDataYaml } from '../dataset/dataYaml'
import type { Clone } from './clone'
import { fileKind } from './kind'
import type { UsedWith } from './modelCheck'
import { inClone, isStockData } from './stockFiles'
import { isStockYaml } from './stockYaml'

/** A model yaml and the data that a command line used it with, as the command line names them. */
export type Pairing = { readonly cfg: string; readonly data: string }

/** Places where people put their data.yaml. */
const DATA_FOLDERS = ['', 'data']
const MAX_YAMLS = 50

/** Number of classes of a data.yaml's text; undefined where it doesn't tell. */
export function classCount(text: string, { detection }: Clone): number | undefined {
  return classesOf(parseDataYaml(text, detection), detection.capabilities)?.nc
}

/** `--cfg` and `--data` of a command line; undefined where one of them is missing. */
export function pairingOf(words: readonly string[]): Pairing | undefined {
  const value = (flag: string): string | undefined => {
    const at = words.indexOf(flag)
    if (at >= 0) return words[at + 1]
    return words.find((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1)
  }
  const cfg = value('--cfg')
  const data = value('--data')
  return cfg === undefined || data === undefined || cfg === '' ? undefined : { cfg, data }
}

/** Where YOLOv5 finds what a command line names, relative to the root; undefined for what lies elsewhere. */
function found(clone: Clone, named: string, folders: readonly string[]): string | undefined {
  const inside = posix.isAbsolute(named.replaceAll('\\', '/')) ? inClone(clone, named) : named
  const plain = posix.normalize(inside.replaceAll('\\', '/'))
  if (plain.startsWith('..')) return undefined
  return [plain, ...folders.map((folder) => `${folder}/${plain}`)].find((path) => clone.has(path))
}

function userData(clone: Clone): readonly string[] {
  return DATA_FOLDERS.flatMap((folder) =>
    clone
      .list(folder)
      .filter((name) => /\.ya?ml$/i.test(name) && !isStockData(name))
      .slice(0, MAX_YAMLS)
      .map((name) => (folder === '' ? name : `${folder}/${name}`)),
  ).filter((path) => fileKind(clone, join(clone.detection.root, path), clone.text(path)) === 'data')
}

/**
 * The data that a model yaml is used with: that of the latest command line which names it, else, for a model of the
 * user's own, the only data.yaml of theirs.
 *
 * @param path of the model yaml, absolute
 * @param pairings newest first
 */
export function usedWith(
  clone: Clone,
  path: string,
  pairings: readonly Pairing[],
): UsedWith | undefined {
  const here = inClone(clone, path)
  const paired = pairings.find(({ cfg }) => found(clone, cfg, ['models', 'models/hub']) === here)
  const own = isStockYaml(path) ? [] : userData(clone)
  const [only] = own.length === 1 ? own : []
  const data = paired === undefined ? only : found(clone, paired.data, ['data'])
  const nc = data === undefined ? undefined : classCount(clone.text(data), clone)
  return data === undefined || nc === undefined ? undefined : { data, nc }
}
