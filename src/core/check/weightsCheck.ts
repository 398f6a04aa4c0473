import { basename } from 'node:path'
import * as l10n from '@vscode/l10n'
import type { Finding, Range } from '../finding'
import { loadsAny } from '../yolov5/loads'
import { type Release, releases } from '../yolov5/release'
import type { Clone } from './clone'
import { switchFix } from './fixes'
import { hasName } from './pythonModules'

/** What the checks want to know of a checkpoint; a part of what `yolov5-slim inspect --json` prints. */
export type CheckpointFacts = {
  /** Label such as `v6.0`, or `v6.2 or v7.0`. */
  readonly release: string
  readonly modelClass: string | null
  /** Class names; empty where it has none. */
  readonly names: readonly string[]
  /** Dotted names that unpickling imports. */
  readonly globals: readonly string[]
  readonly unsafeGlobals: readonly string[]
  /** Why it can't be pruned. */
  readonly obstacle: { readonly code: string } | null
}

/** What a checkpoint is wanted for. */
export type WeightsUse = 'train' | 'sparse' | 'prune' | 'evaluate' | 'other'

/** What a script does with its `--weights`. */
export function weightsUse(script: string): WeightsUse {
  const name = basename(script)
  if (/spars|sparity/i.test(name)) return 'sparse'
  if (/prun|slim/i.test(name)) return 'prune'
  if (/^(?:val|test)\.py$/.test(name)) return 'evaluate'
  return name === 'train.py' ? 'train' : 'other'
}

/** The releases that a label names: `v6.2 or v7.0`. */
function originsOf(label: string): readonly Release[] {
  return releases.filter((release) => label.split(/[\s,]+/).includes(release))
}

/** A class of YOLOv5's that the checkpoint needs and the clone lacks: torch.load would raise AttributeError. */
function missingClass({ globals }: CheckpointFacts, clone: Clone): string | undefined {
  return globals.find((path) => {
    const plain = path.replace(/^yolov5\./, '')
    if (!/^(?:models|utils)\./.test(plain)) return false
    const dot = plain.lastIndexOf('.')
    return hasName(clone, plain.slice(0, dot), plain.slice(dot + 1)) === false
  })
}

/**
 * What speaks against using a checkpoint with this clone.
 *
 * @param shown how the user calls the file
 * @param nc classes of the data that it is used with, where known
 */
export function checkWeights(
  facts: CheckpointFacts,
  shown: string,
  range: Range,
  clone: Clone,
  use: WeightsUse,
  nc?: number,
): readonly Finding[] {
  const findings: Finding[] = []
  const { release } = clone.detection
  const missing = missingClass(facts, clone)
  const origins = originsOf(facts.release)
  const [origin] = origins
  const refused = origins.length > 0 && loadsAny(release, origins) === false
  if (missing !== undefined || refused) {
    const made =
      origin === undefined
        ? l10n.t('{0} is of another release or a fork', shown)
        : l10n.t('{0} was made by YOLOv5 {1}', shown, facts.release)
    findings.push({
      code: 'weights/release',
      message:
        missing === undefined
          ? l10n.t('{0}, which {1} can’t load.', made, release)
          : l10n.t('{0}: {1} has no {2}, and can’t load it.', made, release, missing),
      severity: 'error',
      range,
      ...(origin === undefined || origin === release ? {} : { fixes: [switchFix(origin)] }),
    })
  }
  const slims = use === 'sparse' || use === 'prune'
  if (facts.obstacle?.code === 'checkpoint/fused' && (slims || use === 'train')) {
    findings.push({
      code: 'weights/fused',
      message: l10n.t(
        '{0} was fused for inference and has no BatchNorm left: it can be neither trained sparsely nor pruned.',
        shown,
      ),
      severity: slims ? 'error' : 'warning',
      range,
    })
  }
  const count = facts.names.length
  // A training takes weights of other classes as a start; it replaces the head.
  if (nc !== undefined && count > 0 && count !== nc && (use === 'evaluate' || use === 'prune')) {
    findings.push({
      code: 'weights/classes',
      message: l10n.t('{0} was trained on {1} classes, but the data has {2}.', shown, count, nc),
      severity: use === 'evaluate' ? 'error' : 'warning',
      range,
    })
  }
  if (facts.unsafeGlobals.length > 0) {
    findings.push({
      code: 'weights/unsafe',
      message: l10n.t(
        'Loading {0} with torch would import {1}: it could run any code.',
        shown,
        facts.unsafeGlobals.slice(0, 3).join(', '),
      ),
      severity: 'warning',
      range,
    })
  }
  return findings
}
