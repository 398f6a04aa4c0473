import { extname } from 'node:path'
import { isNamed, mayBe, type YamlKind, yamlKind } from '../yolov5/yamlKind'
import type { Clone } from './clone'
import { inClone } from './stockFiles'

export type FileKind =
  | YamlKind
  | 'options'
  | 'python'
  | 'notebook'
  | 'shell'
  | 'batch'
  | 'powershell'
  | 'checkpoint'

/** Folders whose contents are made by runs, tools or other people, or are data. */
const SKIPPED =
  /^(?:\.|runs$|wandb$|mlruns$|node_modules$|__pycache__$|site-packages$|dist-packages$|venv$|env$|virtualenv$|build$|dist$|images$|labels$|Annotations$|JPEGImages$|inference$)/

/** Whether a folder is passed over, by its name. */
export function isSkippedFolder(name: string): boolean {
  return SKIPPED.test(name)
}

/** Whether a file of a clone is in a folder that is passed over. */
export function isSkippedPath(clone: Clone, path: string): boolean {
  return inClone(clone, path).split('/').slice(0, -1).some(isSkippedFolder)
}

/** Whether a file may be worth reading, by its name. */
export function isCheckable(name: string): boolean {
  return /^\.(?:ya?ml|py|ipynb|sh|bash|bat|cmd|ps1)$/i.test(extname(name))
}

/** Bytes above which a file is not read: notebooks hold pictures. */
export function sizeLimit(name: string): number {
  return /\.ipynb$/i.test(name) ? 20 * 1024 * 1024 : 1024 * 1024
}

/** What a file is for; undefined for what the checks have nothing to say about. */
export function fileKind(clone: Clone, path: string, text: string): FileKind | undefined {
  switch (extname(path).toLowerCase()) {
    case '.py':
      return 'python'
    case '.ipynb':
      return 'notebook'
    case '.sh':
    case '.bash':
      return 'shell'
    case '.bat':
    case '.cmd':
      return 'batch'
    case '.ps1':
      return 'powershell'
    case '.yaml':
    case '.yml':
      return optionsKind(text) ?? yamlKind(text) ?? placedKind(inClone(clone, path), text)
    default:
      return undefined
  }
}

/** An opt.yaml, as train.py saves it and people keep it; not a data.yaml with weights of its classes. */
function optionsKind(text: string): 'options' | undefined {
  const has = (key: string): boolean => new RegExp(`^${key}[ \\t]*:`, 'm').test(text)
  const isOptions = has('weights') && (has('epochs') || has('batch_size'))
  return isOptions && !['train', 'val', 'names'].some(has) ? 'options' : undefined
}

/** What a file is by its place or name, where its keys alone don't tell. */
function placedKind(inside: string, text: string): YamlKind | undefined {
  const kind = placeKind(inside)
  if (kind !== undefined) return mayBe(kind, text) ? kind : undefined
  const name = nameKind(inside)
  return name !== undefined && isNamed(name, text) ? name : undefined
}

/** Where YOLOv5 keeps such files, or people as it names them. */
function placeKind(inside: string): YamlKind | undefined {
  if (/^models\/(?:hub\/|segment\/)?(?!anchors\b)[^/]+$/.test(inside)) return 'model'
  if (/^data\/(?:hyps\/)?hyp[^/]*$|^hyp\.[^/]+\.ya?ml$/.test(inside)) return 'hyp'
  return /^data\/[^/]+$/.test(inside) ? 'data' : undefined
}

/** What others' files may be called as well. */
function nameKind(inside: string): 'data' | 'hyp' | undefined {
  if (/(?:^|\/)hyps?[._-][^/]*$/.test(inside)) return 'hyp'
  return /(?:^|\/)data\.ya?ml$/.test(inside) ? 'data' : undefined
}
