import { promises as fs } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import type { Detection } from '../yolov5/release'
import { classesOf, type DataPart, type DataYaml, parseDataYaml } from './dataYaml'

/** A data set as the detected release will find it. Paths are absolute folders of images, or list files. */
export type DataSet = {
  /** Absolute path of the data.yaml. */
  readonly file: string
  readonly nc: number
  readonly names: readonly string[]
  readonly train: readonly string[]
  readonly val: readonly string[]
  readonly test: readonly string[]
  /** The yaml's `download:`, which YOLOv5 runs when the validation images are missing. */
  readonly download?: string
}

export type LoadOptions = {
  /** The folder that the training script will run in; the checkout's root unless given. */
  readonly cwd?: string
}

async function exists(path: string): Promise<boolean> {
  try {
    await fs.access(path)
    return true
  } catch {
    return false
  }
}

/** YOLOv5 also searches its own tree for a data.yaml that is not where it is said to be. */
async function findFile(file: string, cwd: string, root: string): Promise<string | undefined> {
  const candidates = [
    resolve(cwd, file),
    resolve(root, file),
    ...(isAbsolute(file) ? [] : [join(root, 'data', basename(file))]),
  ]
  for (const candidate of candidates) if (await exists(candidate)) return candidate
  return undefined
}

/** Sources that YOLOv5 fetches itself: there is nothing on disk to look for yet. */
export function isRemote(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(path)
}

/** Where the release looks for an entry of train, val or test: an absolute path, or the URL that it is. */
export async function resolveEntry(
  entry: string,
  key: DataPart,
  { path, lists }: Pick<DataYaml, 'path' | 'lists'>,
  cwd: string,
  { root, capabilities }: Detection,
): Promise<string> {
  if (isRemote(entry)) return entry
  const base = resolve(capabilities.dataBase === 'root' ? root : cwd, path ?? '')
  const plain = resolve(base, entry)
  // From v7.0 on, `../x` that is not there is also looked for as `x`, but not in a list.
  const again = capabilities.dictNames && !lists.includes(key) && entry.startsWith('../')
  return again && !(await exists(plain)) ? resolve(base, entry.slice(3)) : plain
}

function firstError(file: string, yaml: DataYaml): SlimError | undefined {
  const finding = yaml.findings.find(({ severity }) => severity === 'error')
  if (finding === undefined) return undefined
  const { line } = finding.range.start
  return new SlimError(
    `data/${finding.code.slice(finding.code.indexOf('/') + 1)}`,
    l10n.t('{0}, line {1}: {2}', file, line + 1, finding.message),
    finding.suggestion === undefined
      ? l10n.t('Correct the data.yaml and try again.')
      : l10n.t('Write {0} there.', finding.suggestion),
  )
}

async function resolveKey(
  key: DataPart,
  file: string,
  yaml: DataYaml,
  cwd: string,
  detection: Detection,
): Promise<readonly string[]> {
  const found = await Promise.all(
    (yaml[key] ?? []).map((entry) => resolveEntry(entry, key, yaml, cwd, detection)),
  )
  if (key === 'test') return found
  for (const path of found) {
    if (isRemote(path) || (await exists(path))) continue
    throw new SlimError(
      'data/missing-path',
      l10n.t('{0}: the folder or list file of “{1}” does not exist: {2}', file, key, path),
      yaml.download === undefined
        ? l10n.t('Correct “{0}” (or “path”), or put the images there.', key)
        : l10n.t('Fetch the data set first (its yaml has a “download:”), or correct “{0}”.', key),
    )
  }
  return found
}

/**
 * Reads a data.yaml as the detected release would, before a run starts. `file` is absolute, or relative to
 * `options.cwd`, or to the checkout.
 *
 * Throws SlimError `data/not-found`, `data/syntax`, `data/missing-key`, `data/value`, `data/nc-mismatch`,
 * `data/dict-names`, `data/names-keys` or `data/missing-path`; its message names the file and the key.
 */
export async function loadDataYaml(
  file: string,
  detection: Detection,
  options: LoadOptions = {},
): Promise<DataSet> {
  const cwd = options.cwd ?? detection.root
  const absolute = await findFile(file, cwd, detection.root)
  if (absolute === undefined) {
    throw new SlimError(
      'data/not-found',
      l10n.t('The data.yaml {0} does not exist.', resolve(cwd, file)),
      l10n.t('Name an existing file with --data.'),
    )
  }
  const yaml = parseDataYaml(await fs.readFile(absolute, 'utf8'), detection)
  const error = firstError(absolute, yaml)
  if (error !== undefined) throw error
  const classes = classesOf(yaml, detection.capabilities)
  if (classes === undefined) {
    throw new SlimError(
      'data/missing-key',
      l10n.t('{0} does not say what its classes are.', absolute),
      l10n.t('Add “nc” and “names”.'),
    )
  }
  const [train, val, test] = await Promise.all(
    (['train', 'val', 'test'] as const).map((key) =>
      resolveKey(key, absolute, yaml, cwd, detection),
    ),
  )
  return {
    file: absolute,
    ...classes,
    train: train ?? [],
    val: val ?? [],
    test: test ?? [],
    ...(yaml.download === undefined ? {} : { download: yaml.download }),
  }
}
