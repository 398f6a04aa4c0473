import { stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { imageFiles } from '../../../core/dataset/imageFiles'
import { SlimError } from '../../../core/errors'
import type { RunManifest } from '../../../runs/manifest'
import { parentOf } from '../../../runs/parent'
import { collectProvenance } from '../../../runs/provenance'
import { newRunId, runFiles } from '../../../runs/store'
import type { LaunchSpec } from '../../../runs/supervisor'
import { flagValue, parseFlags } from '../../common/flags'
import { inputFile } from '../../common/inputs'
import { allocateRun } from '../../common/runFolder'
import { openModelFile } from '../checkpoint/open'
import type { BuiltinConfig } from './contract'
import { withoutCheckout } from './detection'
import { deviceOf } from './device'
import { detectFlags } from './flagTable'
import { type BuiltinStageRequest, launch, optOf } from './launch'
import { detectOptions } from './options'

/** What `prepareDetect` is asked to do. */
export type DetectRequest = Omit<BuiltinStageRequest, 'stage'>

/**
 * Makes detecting in images ready to start: flags as detect.py's, the weights opened, the images found.
 *
 * @throws SlimError `flags/…`, `file/…`, `checkpoint/…`, `model/…`, `detect/no-source`
 */
export async function prepareDetect(request: DetectRequest): Promise<LaunchSpec> {
  const { cwd, args } = request
  const detection = request.detection ?? withoutCheckout(cwd)
  const flags = detectFlags
  const parsed = parseFlags(args, { flags, autobatch: false })
  const name = flagValue(parsed.script, 'weights') ?? ''
  if (name === '') {
    throw new SlimError(
      'flags/value',
      l10n.t('--weights does not say which model is to detect.'),
      l10n.t('Give --weights, e.g. runs/train/exp/weights/best.pt.'),
    )
  }
  const weights = await inputFile('--weights', name, { cwd, root: detection.root })
  openModelFile(weights)
  const opt = optOf({ flags, parsed })
  detectOptions(opt)
  const { device, notes } = deviceOf(parsed, request.engine)
  const source = await sourceImages(parsed.script.get('source')?.values ?? [], cwd)
  const id = newRunId()
  const provenance = await collectProvenance({
    ...{ slimVersion: request.slimVersion, inputs: { weights } },
  })
  const runDir = await allocateRun({
    request: { detection, stage: 'detect', cwd },
    ...{ flags, parsed, cfg: undefined },
  })
  const around = { root: detection.root, project: dirname(runDir), projects: request.projects }
  const parent = await parentOf(weights, around)
  const config: BuiltinConfig = {
    ...{ v: 1, stage: 'detect', runDir, eventsFile: runFiles(runDir).events, weights, source },
    opt: { ...opt, weights, project: dirname(runDir), name: basename(runDir) },
    ...{ sparsity: null, resume: false },
    device,
    threads: parsed.own.threads ?? 1,
  }
  const manifest: RunManifest = {
    ...{ v: 1, id, stage: 'detect', engine: 'builtin', cwd, createdAt: Date.now(), provenance },
    ...(parent ? { parent: parent.manifest.id } : {}),
    commandLine: request.commandLine ?? ['predict', ...args],
    ...(request.detection
      ? { checkout: { root: detection.root, release: detection.release } }
      : {}),
  }
  return launch({ request }, manifest, config, [...parsed.notes, ...notes])
}

/** Images that `--source` names: files, folders and lists of them. */
async function sourceImages(names: readonly string[], cwd: string): Promise<string[]> {
  const paths = names.map((name) => resolve(cwd, name))
  for (const [i, path] of paths.entries()) {
    if (await stat(path).catch(() => undefined)) continue
    throw new SlimError(
      'detect/no-source',
      l10n.t('--source {0}: there is no such file or folder.', names[i] ?? ''),
      l10n.t('Name image files or folders; for videos and cameras use YOLOv5’s own detect.py.'),
    )
  }
  const images = paths.length === 0 ? [] : await imageFiles(paths, cwd)
  if (images.length > 0) return images
  throw new SlimError(
    'detect/no-source',
    l10n.t('--source names no image.'),
    l10n.t('Give image files or a folder of them: --source data/images'),
  )
}
