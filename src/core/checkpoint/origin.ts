import * as l10n from '@vscode/l10n'
import { type Release, releases } from '../yolov5/release'
import type { Checkpoint } from './checkpoint'
import { isYolov5Class } from './knownGlobals'
import { checkpointModel, mappingOf } from './model'
import { PyDict, type PyObject, type PyValue } from './values'

export type Origin = {
  /** `v6.0`, or `v6.2 or v7.0` where the file can not tell; `unknown` when it is no YOLOv5 model. */
  readonly release: string
  /** The releases that fit all evidence, oldest first. */
  readonly candidates: readonly Release[]
  /** 1 when one release fits everything; lower the more fit, and where evidence contradicts. */
  readonly confidence: number
  /** Sentences a person can read. */
  readonly evidence: readonly string[]
}

type Clue = { readonly fits: readonly Release[]; readonly sentence: string }

const between = (first: Release, last: Release): readonly Release[] =>
  releases.slice(releases.indexOf(first), releases.indexOf(last) + 1)

/**
 * The release that wrote a checkpoint, told without unpickling: from its keys (train.py and `strip_optimizer`
 * of each release), the model class, and the attributes that its modules have. Never throws.
 */
export function originOf(checkpoint: Checkpoint): Origin {
  const found = findModel(checkpoint.root)
  if (!found) {
    return unknown([l10n.t('it holds no module, so nothing tells which release made it')])
  }
  const className = found.className ?? '?'
  const [module = '', name = ''] = splitLast(className)
  if (!isYolov5Class(module, name)) {
    return unknown([l10n.t('the model class {0} is not one of YOLOv5', className)])
  }
  const clues = [
    ...modelClues(checkpoint, found, className),
    ...(checkpoint.root instanceof PyDict ? keyClues(checkpoint.root) : []),
  ]
  return combine(clues, strangers(checkpoint))
}

function findModel(root: PyValue): PyObject | undefined {
  try {
    return checkpointModel(root).model
  } catch {
    return undefined
  }
}

/** What differs between the releases' model classes (models/yolo.py). */
function modelClues(checkpoint: Checkpoint, model: PyObject, className: string): Clue[] {
  const clues: Clue[] = []
  const dict = model.state instanceof PyDict ? model.state : new PyDict()
  const imported = (path: string) =>
    checkpoint.imports.some((global) => global.path.replace(/^yolov5\./, '') === path)
  const short = className.slice(className.lastIndexOf('.') + 1)
  clues.push(
    short === 'Model'
      ? clue(between('v3.1', 'v6.1'), l10n.t('the model class is {0}', className))
      : clue(
          between(/^Seg/.test(short) ? 'v7.0' : 'v6.2', 'master'),
          l10n.t('the model class is {0}', className),
        ),
  )
  if (imported('models.yolo.Segment')) {
    clues.push(clue(between('v7.0', 'master'), l10n.t('it has a {0} module', 'Segment')))
  }
  if (imported('models.common.SPPF')) {
    clues.push(clue(between('v6.0', 'master'), l10n.t('it has an {0} module', 'SPPF')))
  }
  const ch = mappingOf(dict.get('yaml'))?.get('ch')
  if (dict.get('inplace') !== undefined) {
    clues.push(clue(between('v6.0', 'master'), l10n.t('the model has an attribute inplace')))
  } else if (ch !== undefined) {
    clues.push(clue(between('v4.0', 'v5.0'), l10n.t('the model has no attribute inplace')))
  } else if (short === 'Model' && dict.get('yaml') !== undefined) {
    clues.push(clue(['v3.1'], l10n.t('its yaml has no key ch')))
  }
  return clues
}

/** What differs between the dicts that train.py saves and `strip_optimizer` leaves. */
function keyClues(root: PyDict): Clue[] {
  const clues: Clue[] = []
  const has = (key: string) => root.get(key) !== undefined
  const opt = mappingOf(root.get('opt'))
  if (opt?.get('evolve_population') !== undefined) {
    clues.push(clue(['master'], l10n.t('opt has evolve_population')))
  }
  if (has('git')) {
    clues.push(clue(between('v7.0', 'master'), l10n.t('it has the key {0}', 'git')))
    const detection = opt?.get('mask_ratio') === undefined
    if (opt && detection && opt.get('evolve_population') === undefined) {
      clues.push(clue(['v7.0'], l10n.t('opt has no evolve_population')))
    }
  }
  if (has('wandb_id') && has('opt')) {
    clues.push(clue(['v6.2'], l10n.t('it has the keys {0}', 'opt, wandb_id')))
  } else if (has('wandb_id') && has('date')) {
    clues.push(clue(['v6.1'], l10n.t('it has the keys {0}, and not opt', 'date, wandb_id')))
  } else if (has('wandb_id')) {
    clues.push(
      clue(between('v4.0', 'v6.0'), l10n.t('it has the key {0}, and not date', 'wandb_id')),
    )
  }
  if (has('training_results')) {
    clues.push(clue(between('v3.1', 'v6.0'), l10n.t('it has the key {0}', 'training_results')))
    clues.push(
      has('updates')
        ? clue(between('v5.0', 'v6.0'), l10n.t('it has the key {0}', 'updates'))
        : clue(between('v3.1', 'v4.0'), l10n.t('it lacks the key {0}', 'updates')),
    )
    if (!has('wandb_id')) clues.push(clue(['v3.1'], l10n.t('it lacks the key {0}', 'wandb_id')))
  }
  return clues
}

/** Classes under YOLOv5's module names that YOLOv5 does not have: a fork, or YOLOv7 and the like. */
function strangers(checkpoint: Checkpoint): string[] {
  return checkpoint.imports
    .filter(({ module }) => /^(yolov5\.)?models\./.test(module))
    .filter(({ module, name }) => !isYolov5Class(module, name))
    .map(({ path }) => path)
}

function combine(clues: readonly Clue[], foreign: readonly string[]): Origin {
  let candidates: readonly Release[] = releases
  const evidence: string[] = []
  let contradictions = 0
  for (const { fits, sentence } of clues) {
    const both = candidates.filter((release) => fits.includes(release))
    if (both.length === 0) {
      contradictions++
      evidence.push(l10n.t('{0}, which contradicts the rest', sentence))
      continue
    }
    candidates = both
    evidence.push(sentence)
  }
  if (foreign.length > 0) {
    evidence.push(l10n.t('YOLOv5 does not have {0}: a fork made it', foreign.join(', ')))
  }
  const share = (clues.length - contradictions) / Math.max(1, clues.length)
  return {
    release: orList(candidates),
    candidates,
    confidence: (share * (foreign.length > 0 ? 0.5 : 1)) / candidates.length,
    evidence,
  }
}

function orList(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? 'unknown'
  return l10n.t('{0} or {1}', names.slice(0, -1).join(', '), names.at(-1) ?? '')
}

function clue(fits: readonly Release[], sentence: string): Clue {
  return { fits, sentence }
}

function unknown(evidence: string[]): Origin {
  return { release: 'unknown', candidates: [], confidence: 0, evidence }
}

function splitLast(path: string): [string, string] {
  const dot = path.lastIndexOf('.')
  return [path.slice(0, Math.max(0, dot)), path.slice(dot + 1)]
}
