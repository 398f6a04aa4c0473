import * as l10n from '@vscode/l10n'
import {
  asStored,
  boxSizes,
  byLevel,
  checkAnchors,
  findAnchors,
  recallWanted,
} from '../anchors/autoanchor'
import type { HeadShape } from '../contract'
import { Random } from '../data/random'
import type { ImageSet } from '../data/scan'
import type { RunContext } from './context'

export type AnchorRequest = {
  readonly head: HeadShape
  readonly set: ImageSet
  readonly imageSize: number
  /** `anchor_t` of the hyperparameters. */
  readonly threshold: number
  readonly seed: number
}

/** Better anchors, where those of the model fit too few boxes of the data set; undefined where they do. */
export function betterAnchors(
  context: RunContext,
  { head, set, imageSize, threshold, seed }: AnchorRequest,
): HeadShape['anchors'] | undefined {
  const random = new Random(seed, 2)
  const varied = boxSizes(set, imageSize, () => random.uniform(0.9, 1.1))
  const before = checkAnchors(varied, head.anchors.flat(), threshold)
  context.say(
    l10n.t(
      'AutoAnchor: {0} anchors per box, {1} best possible recall',
      ...[before.anchorsPerTarget.toFixed(2), before.recall.toFixed(3)],
    ),
  )
  if (before.recall > recallWanted) return undefined
  const found = findAnchors(boxSizes(set, imageSize), head.anchors.flat().length, threshold, random)
  const after = checkAnchors(varied, found, threshold)
  if (after.recall <= before.recall) {
    context.say(l10n.t('AutoAnchor: found none better, the model keeps its own'))
    return undefined
  }
  const list = found.map(([w, h]) => `${w.toFixed(0)},${h.toFixed(0)}`).join('  ')
  context.say(
    l10n.t(
      'AutoAnchor: {0} best possible recall with new anchors: {1}',
      after.recall.toFixed(3),
      list,
    ),
  )
  return asStored(byLevel(found, head), head)
}
