import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import { parseModelYaml } from '../../core/yolov5/modelYaml'
import type { Detection } from '../../core/yolov5/release'

/** Where a file may lie that a person named: from their folder, then from the checkout. */
export type Places = { readonly cwd: string; readonly root: string }

/**
 * The file that a flag names, absolute: relative to the person's folder, then to the checkout, then, for a bare
 * name, anywhere under the checkout's `data/` and `models/`, as every release's `check_file` looks.
 *
 * @throws SlimError `file/not-found`, `file/ambiguous`
 */
export async function inputFile(flag: string, value: string, places: Places): Promise<string> {
  const { cwd, root } = places
  for (const path of [resolve(cwd, value), resolve(root, value)]) {
    if (await isFile(path)) return path
  }
  const below =
    isAbsolute(value) || flag === '--weights'
      ? []
      : await filesNamed(root, value, ['data', 'models'])
  const [only, another] = below
  if (another) {
    throw new SlimError(
      'file/ambiguous',
      l10n.t('{0} {1} could be {2}.', flag, value, below.join(', ')),
      l10n.t('Give the path of one of them.'),
    )
  }
  if (only) return only
  throw new SlimError(
    'file/not-found',
    resolve(cwd) === resolve(root) || isAbsolute(value)
      ? l10n.t('{0} {1}: there is no such file.', flag, value)
      : l10n.t('{0} {1}: there is no such file in {2} or {3}.', flag, value, cwd, root),
    flag === '--weights'
      ? l10n.t(
          'Correct the path, download it from https://github.com/ultralytics/yolov5/releases, or give --weights "" to train from scratch.',
        )
      : l10n.t('Correct the path.'),
  )
}

/**
 * The hyperparameter file. Releases moved and renamed theirs, so a stock name that this one lacks stands for its
 * own default, which the note tells.
 *
 * @throws SlimError `file/not-found`, `file/ambiguous`
 */
export async function hypFile(
  value: string,
  places: Places,
  detection: Detection,
): Promise<{ readonly path: string; readonly note?: string }> {
  try {
    return { path: await inputFile('--hyp', value, places) }
  } catch (error) {
    if (!/^hyp\.scratch(-low)?\.yaml$/.test(basename(value))) throw error
    const path = join(detection.root, detection.capabilities.hyp)
    if (!(await isFile(path))) throw error
    return { path, note: l10n.t('{0} is {1} in this release.', value, detection.capabilities.hyp) }
  }
}

/**
 * The model yaml that `--cfg` names. Only what no release could build is refused: a fork may read other keys and
 * have other modules.
 *
 * @throws SlimError `file/not-found`, `file/ambiguous`, `cfg/syntax`, `cfg/no-layers`
 */
export async function modelFile(value: string, places: Places): Promise<string> {
  const path = await inputFile('--cfg', value, places)
  const { layers, findings } = parseModelYaml(await readFile(path, 'utf8'))
  const syntax = findings.find(({ code }) => code === 'model-yaml/syntax')
  if (syntax) {
    throw new SlimError(
      'cfg/syntax',
      l10n.t('--cfg {0}, line {1}: {2}', path, syntax.range.start.line + 1, syntax.message),
      l10n.t('Correct the model yaml and try again.'),
    )
  }
  if (layers.length > 0) return path
  throw new SlimError(
    'cfg/no-layers',
    l10n.t('--cfg {0} is no model yaml: it lists no layers under “backbone” or “head”.', path),
    l10n.t('Give a model yaml, such as models/yolov5s.yaml.'),
  )
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  )
}

async function filesNamed(
  root: string,
  name: string,
  folders: readonly string[],
): Promise<string[]> {
  const wanted = name.split(/[\\/]/).join('/')
  const found: string[] = []
  for (const folder of folders) {
    const entries = await readdir(join(root, folder), { recursive: true }).catch(() => [])
    for (const entry of entries) {
      const path = `/${entry.split(/[\\/]/).join('/')}`
      if (path.endsWith(`/${wanted}`)) found.push(join(root, folder, entry))
    }
  }
  return found
}
