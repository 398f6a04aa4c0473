import { basename } from 'node:path'
import * as l10n from '@vscode/l10n'
import { asSlimError } from '../../core/errors'
import type { CheckpointView } from '../../core/slimming/checkpointView'
import { loadsAny } from '../../core/yolov5/loads'
import { type Detection, type Release, releases } from '../../core/yolov5/release'
import { formatBytes, formatCount } from '../../runs/format/numbers'
import type { PreviewData } from '../preview/contract'
import type { CheckpointContent, Notice } from './contract'

/** The workspace's checkout as far as the viewer goes by it. */
export type Workspace = Pick<Detection, 'release' | 'root'>

/** Names of classes that are told without being asked for. */
const mostNames = 12

/** A checkpoint as its page shows it. */
export function collectContent(
  path: string,
  view: CheckpointView,
  checkout: Workspace | undefined,
  preview: PreviewData | undefined,
): CheckpointContent {
  return {
    name: basename(path),
    path,
    facts: collectFacts(view),
    notices: collectNotices(view, checkout),
    layers: collectLayers(view),
    ...(preview ? { preview } : {}),
  }
}

function collectFacts(view: CheckpointView): CheckpointContent['facts'] {
  const { training, names, classCount, modelClass } = view
  const fact = (label: string, value: string | null | undefined, more = '') =>
    value === null || value === undefined || value === ''
      ? []
      : [{ label, value, ...(more === '' ? {} : { more }) }]
  const all = names.join(', ')
  const some = names.length > mostNames ? `${names.slice(0, mostNames).join(', ')}, …` : all
  return [
    ...fact(l10n.t('Made by'), releaseText(view.release), view.evidence.join('\n')),
    ...fact(l10n.t('Model'), modelClass ?? l10n.t('none: only tensors by name')),
    ...fact(
      l10n.t('Classes'),
      classCount > 0 ? `${classCount}: ${some}` : '',
      some === all ? '' : all,
    ),
    ...fact(l10n.t('Parameters'), formatCount(view.parameters)),
    ...fact(l10n.t('Size'), `${formatBytes(view.bytes)}, ${view.precision}`),
    ...fact(l10n.t('Training'), trainingText(view)),
    ...fact(
      l10n.t('Best fitness'),
      training.bestFitness?.toFixed(3),
      l10n.t('0.1 mAP50 + 0.9 mAP50_95, as YOLOv5 weighs them'),
    ),
    ...fact(l10n.t('Saved'), training.date),
    ...Object.entries(training.options).flatMap(([name, value]) => fact(`--${name}`, value)),
  ]
}

function releaseText(release: string): string {
  return release === 'unknown' ? l10n.t('no release of YOLOv5 that we know') : `YOLOv5 ${release}`
}

function trainingText({ finished, training }: CheckpointView): string {
  if (finished) return l10n.t('finished, stripped')
  return training.epoch === null
    ? l10n.t('unfinished: it still holds the optimizer’s state')
    : l10n.t('unfinished: saved after epoch {0}, with the optimizer’s state', training.epoch + 1)
}

/** What has to be said first: danger, then what does not work, then whether the workspace can load it. */
export function collectNotices(view: CheckpointView, checkout: Workspace | undefined): Notice[] {
  const notices: Notice[] = []
  if (view.unsafeGlobals.length > 0) {
    notices.push({
      level: 'error',
      code: 'checkpoint/unsafe-globals',
      text: l10n.t('Loading this file with torch would import {0}.', view.unsafeGlobals.join(', ')),
      remedy: l10n.t('Do not load it unless you trust whoever made it: it could run any code.'),
    })
  }
  if (view.obstacle) {
    const { code, text, remedy } = view.obstacle
    notices.push({ level: 'warning', code, text, remedy })
  }
  const fit = fitNotice(view, checkout)
  return fit ? [...notices, fit] : notices
}

/** Whether the workspace's release loads it; undefined where there is nothing to be said. */
function fitNotice(view: CheckpointView, checkout: Workspace | undefined): Notice | undefined {
  const origins = view.candidates.filter((name): name is Release =>
    (releases as readonly string[]).includes(name),
  )
  if (!checkout || origins.length === 0) return undefined
  const { release, root } = checkout
  const names = { release: `YOLOv5 ${release}`, folder: basename(root) }
  switch (loadsAny(release, origins)) {
    case true:
      return {
        level: 'info',
        text: l10n.t('{0} in {1} loads it.', names.release, names.folder),
        remedy: '',
      }
    case false:
      return {
        level: 'warning',
        code: 'checkpoint/other-release',
        text: l10n.t(
          'YOLOv5 {0} made it; {1} in {2} can not load it.',
          view.release,
          names.release,
          names.folder,
        ),
        remedy: l10n.t('Use a checkout of the release that made it, or of v6.2 or newer.'),
      }
    case undefined:
      return {
        level: 'info',
        text: l10n.t('Whether {0} in {1} loads it is not known.', names.release, names.folder),
        remedy: '',
      }
  }
}

function collectLayers({ network, layers }: CheckpointView): CheckpointContent['layers'] {
  if (!network) return layers.map((layer) => ({ ...layer, reason: '', tie: '' }))
  return network.graph.norms.map(({ name, gamma = '', reason = '', tie = '' }) => ({
    ...{ name, gamma, reason, tie },
  }))
}

/** Files of other kinds, which are no error of theirs. */
const foreign: ReadonlySet<string> = new Set(
  [
    ...['bare-pickle', 'coreml', 'empty', 'git-lfs', 'legacy', 'no-model', 'not-a-checkpoint'],
    ...['onnx', 'plain-zip', 'safetensors', 'tflite', 'torchscript', 'web-page'],
  ].map((what) => `checkpoint/${what}`),
)

/** The page of a file that can not be shown: what it is or what is wrong with it, and nothing else. */
export function collectFailure(path: string, error: unknown): CheckpointContent {
  const { code, message, remedy } = asSlimError(error)
  const level = foreign.has(code) ? 'info' : 'error'
  return bare(path, { level, code, text: message, remedy })
}

/** The page of a file that lies on no disk: in the history of git, or behind another extension. */
export function collectRemote(uri: string): CheckpointContent {
  return bare(uri, {
    level: 'info',
    code: 'checkpoint/not-on-disk',
    text: l10n.t('Only files on disk can be shown.'),
    remedy: l10n.t('Save it to a folder, and open it there.'),
  })
}

function bare(path: string, notice: Notice): CheckpointContent {
  return { name: basename(path), path, facts: [], layers: [], notices: [notice] }
}
