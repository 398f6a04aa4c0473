import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import type { ModuleNode } from '../../../core/slimming/moduleTree'
import type { HeadShape } from '../contract'
import type { LayerGraph } from './graph'

/**
 * Classes, strides and anchors of the Detect layer. Checkpoints keep anchors divided by their level's stride
 * (models/yolo.py, v5.0 to v7.0); here they are in pixels.
 *
 * @throws SlimError `model/not-yolov5` where the layer lacks what every release's has
 */
export function headShape(root: ModuleNode, graph: LayerGraph): HeadShape {
  const head = Object.values(root.children.model?.children ?? {}).at(-1)
  const { nc } = head?.attributes ?? {}
  const anchors = head?.tensors.anchors
  const [levels, perLevel, pairSize] = anchors?.shape ?? []
  const values = anchors?.read?.()
  if (
    typeof nc !== 'number' ||
    !values ||
    !perLevel ||
    pairSize !== 2 ||
    levels !== graph.outputs.length
  ) {
    throw new SlimError(
      'model/not-yolov5',
      l10n.t('The Detect layer has no classes or anchors that fit its levels.'),
      l10n.t('Use a checkpoint that YOLOv5’s train.py saved.'),
    )
  }
  const strides = graph.outputs.map((value) => graph.strides[value] ?? 1)
  return {
    nc,
    strides,
    anchors: strides.map((stride, level) =>
      Array.from({ length: perLevel }, (_, anchor) => {
        const at = (level * perLevel + anchor) * 2
        return [(values[at] ?? 0) * stride, (values[at + 1] ?? 0) * stride] as const
      }),
    ),
  }
}
