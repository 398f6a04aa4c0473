import { basename } from 'node:path'
import type { Clone } from './clone'

const HYP = /^hyp\.(?:scratch|finetune|VOC|Objects365|no-augmentation)[\w.-]*\.ya?ml$/i
const MODEL = /^yolov[35](?:[nsmlx]6?|-[\w]+|s-[\w]+|[nsmlx]-seg|-spp|-tiny)?\.ya?ml$/

/** Whether a file of this name is one that some release ships. */
export function isStockYaml(path: string): boolean {
  const name = basename(path.replaceAll('\\', '/'))
  return HYP.test(name) || MODEL.test(name)
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
  return FOLDERS.some((place) => clone.has(`${place}${plain}`))
}

/**
 * What this release has in place of a stock yaml of another one: of the same name in another folder, else the
 * nearest relative.
 */
export function counterpart(clone: Clone, path: string): string | undefined {
  const name = basename(path.replaceAll('\\', '/'))
  const same = FOLDERS.map((place) => `${place}${name}`).find((file) => clone.has(file))
  if (same !== undefined) return same
  const [, kind] = /^hyp\.(\w+)/.exec(name) ?? []
  if (kind === undefined) return undefined
  const { hyp } = clone.detection.capabilities
  const near = kind === 'scratch' ? [hyp] : kind === 'finetune' ? [] : ['data/hyps/hyp.VOC.yaml']
  const tuned = ['data/hyps/hyp.VOC.yaml', 'data/hyps/hyp.finetune.yaml', 'data/hyp.finetune.yaml']
  return [...near, ...(kind === 'scratch' ? [] : tuned), hyp].find((file) => clone.has(file))
}
