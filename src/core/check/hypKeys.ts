import { isScalar } from 'yaml'
import { parseYamlText, topLevel } from '../yolov5/yamlText'
import type { Clone } from './clone'

/** What a release's sources do with hyperparameter files. */
export type HypKeys = {
  /** Keys that its code, or one of its own hyp files, names. */
  readonly known: ReadonlySet<string>
  /** The sources read hyperparameters in a way that we recognise, so that other keys mean nothing to them. */
  readonly complete: boolean
  /** Keys that training reads without asking whether they are there, with the default file's text for them. */
  readonly required: ReadonlyMap<string, string>
}

/** Files outside utils/ that read hyperparameters. */
const SCRIPTS = ['train.py', 'models/yolo.py', 'models/common.py', 'segment/train.py']

/** `hyp['box']`, `self.hyp["box"]`, `h['box']`: how all releases and the forks seen read them. */
const READ = /\b(?:hyp|h)\[\s*["'](\w+)["']\s*\]/g
const ASKED =
  /\b(?:hyp|h)\.(?:get|pop|setdefault)\(\s*["'](\w+)["']|["'](\w+)["']\s+(?:not\s+)?in\s+(?:self\.)?hyp\b/g
/** An entry of the `meta` table of hyperparameter evolution: `'lr0': (1, 1e-5, 1e-1)`. */
const EVOLVED =
  /["'](\w+)["']\s*:\s*\(\s*(?:[\d.]+|True|False)\s*,\s*[\d.eE+-]+\s*,\s*[\d.eE+-]+\s*\)/g

function pythonFiles(clone: Clone): readonly string[] {
  const below = (folder: string): readonly string[] =>
    clone
      .list(folder)
      .filter((name) => name.endsWith('.py'))
      .map((name) => `${folder}/${name}`)
  const own = clone
    .list('')
    .filter((name) => /(?:train|prun|spars|slim|finetune).*\.py$/i.test(name))
  return [...new Set([...SCRIPTS, ...own, ...below('utils'), ...below('utils/segment')])]
}

/** Files that releases ship; one of the user's own may hold the typo that is looked for. */
const SHIPPED = /^hyp\.(?:scratch|finetune|VOC|Objects365|no-augmentation).*\.ya?ml$/

function hypFiles(clone: Clone): readonly string[] {
  return ['data', 'data/hyps'].flatMap((folder) =>
    clone
      .list(folder)
      .filter((name) => SHIPPED.test(name))
      .map((name) => `${folder}/${name}`),
  )
}

/** The lines of a hyp file as written: `lr0: 0.01  # initial learning rate`, by key. */
function written(text: string): ReadonlyMap<string, string> {
  const yaml = parseYamlText(text)
  const lines = text.split('\n')
  const found = new Map<string, string>()
  for (const [key, { key: node, value }] of topLevel(yaml)) {
    const line = lines[yaml.range(node).start.line]
    if (isScalar(value) && line !== undefined) found.set(key, line.trimEnd())
  }
  return found
}

/** Every release reads about thirty; a source that reads hardly any has its own way. */
const FEWEST_READ = 4

type Scan = {
  readonly known: ReadonlySet<string>
  readonly read: ReadonlySet<string>
  readonly asked: ReadonlySet<string>
}

const scans = new WeakMap<Clone, Scan>()

/** What the clone's Python says, looked up once. */
function scanOf(clone: Clone): Scan {
  const before = scans.get(clone)
  if (before !== undefined) return before
  const known = new Set<string>()
  const read = new Set<string>()
  const asked = new Set<string>()
  for (const file of pythonFiles(clone)) {
    const code = clone.code(file)
    for (const [, key] of code.matchAll(READ)) if (key !== undefined) read.add(key)
    for (const match of code.matchAll(ASKED)) asked.add(match[1] ?? match[2] ?? '')
    for (const [, key] of code.matchAll(EVOLVED)) if (key !== undefined) known.add(key)
  }
  for (const key of [...read, ...asked]) known.add(key)
  const scan = { known, read, asked }
  scans.set(clone, scan)
  return scan
}

/**
 * Reads from the sources of the clone which hyperparameters it knows. A key is required when the detection
 * training reads it by subscript and the default file has it: what only code paths of other tasks read, or what
 * code puts there itself, is not.
 *
 * @param except the hyp file that is being checked, relative to the root: it shall not speak for itself
 */
export function hypKeys(clone: Clone, except?: string): HypKeys {
  const { known: named, read, asked } = scanOf(clone)
  const known = new Set(named)
  const shipped = hypFiles(clone).filter((file) => file !== except)
  for (const file of shipped) for (const key of written(clone.text(file)).keys()) known.add(key)
  const { hyp } = clone.detection.capabilities
  const defaults = [hyp, ...shipped].find((file) => file !== except && clone.has(file))
  const required = new Map(
    [...written(defaults === undefined ? '' : clone.text(defaults))].filter(
      ([key]) => read.has(key) && !asked.has(key),
    ),
  )
  return { known, complete: read.size >= FEWEST_READ, required }
}
