import type { HeadShape, LevelOutput, Losses, LossOptions } from '../contract'
import { completeIou } from './ciou'
import { type CrossEntropy, crossEntropy } from './crossEntropy'
import { type Assignment, assignTargets } from './targets'

/** Weight of each level's objectness, from the finest level on; four levels and more have the second row. */
const balances = { three: [4, 1, 0.4], more: [4, 1, 0.25, 0.06, 0.02] } as const

/**
 * YOLOv5's loss (`ComputeLoss` in utils/loss.py; its releases from v5.0 to v7.0 differ by rounding alone):
 * box (1 − CIoU), objectness (cross-entropy against the CIoU) and class (cross-entropy), and the gradient of
 * (box + obj + cls) · batch size with respect to each level's raw output, in that output's layout.
 *
 * @param targets rows of image, class, x, y, w, h as shares of the image
 */
export function detectionLoss(
  head: HeadShape,
  outputs: readonly LevelOutput[],
  targets: Float32Array,
  options: LossOptions,
): { readonly losses: Losses; readonly gradients: Float32Array[] } {
  const balance = outputs.length === 3 ? balances.three : balances.more
  const sums = { box: 0, obj: 0, cls: 0 }
  const gradients = outputs.map((output, level) => {
    const { losses, gradient } = levelLoss(
      head,
      level,
      output,
      targets,
      options,
      balance[level] ?? 0,
    )
    sums.box += losses.box
    sums.obj += losses.obj
    sums.cls += losses.cls
    return gradient
  })
  return { losses: sums, gradients }
}

function levelLoss(
  head: HeadShape,
  level: number,
  { data, batch, height, width }: LevelOutput,
  targets: Float32Array,
  options: LossOptions,
  balance: number,
): { readonly losses: Losses; readonly gradient: Float32Array } {
  const stride = head.strides[level] ?? 1
  const anchors = (head.anchors[level] ?? []).map(([w, h]) => [w / stride, h / stride] as const)
  const gradient = new Float32Array(data.length)
  const values = 5 + head.nc
  const assignments = assignTargets({ height, width, anchors }, targets, options.anchorThreshold)
  const placeOf = ({ image, row, column, anchor }: Assignment): number =>
    (((image * height + row) * width + column) * anchors.length + anchor) * values

  const classes: CrossEntropy = {
    positiveWeight: options.clsPositiveWeight,
    focalGamma: options.focalGamma,
  }
  // Label smoothing: https://arxiv.org/abs/1902.04103, equation 3.
  const positive = 1 - options.labelSmoothing / 2
  const negative = options.labelSmoothing / 2
  const objectness = new Map<number, number>()
  const count = assignments.length
  const boxSlope = (options.box * batch) / count
  const clsSlope = (options.cls * batch) / (count * head.nc)
  let box = 0
  let cls = 0
  for (const assignment of assignments) {
    const at = placeOf(assignment)
    const iou = matchBox(data, at, anchors[assignment.anchor] ?? [1, 1], assignment, (k, slope) => {
      gradient[at + k] = (gradient[at + k] as number) - slope * boxSlope
    })
    box += (1 - iou) / count
    objectness.set(at, Math.max(iou, 0))
    // One class needs no telling apart: there is no loss for it.
    for (let c = 0; head.nc > 1 && c < head.nc; c++) {
      const target = c === assignment.cls ? positive : negative
      const [value, slope] = crossEntropy(data[at + 5 + c] as number, target, classes)
      cls += value / (count * head.nc)
      gradient[at + 5 + c] = (gradient[at + 5 + c] as number) + slope * clsSlope
    }
  }

  const presence: CrossEntropy = {
    positiveWeight: options.objPositiveWeight,
    focalGamma: options.focalGamma,
  }
  const cells = data.length / values
  const objSlope = (options.obj * balance * batch) / cells
  let obj = 0
  for (let at = 0; at < data.length; at += values) {
    const [value, slope] = crossEntropy(data[at + 4] as number, objectness.get(at) ?? 0, presence)
    obj += value
    gradient[at + 4] = slope * objSlope
  }
  return {
    losses: {
      box: box * options.box,
      obj: (obj / cells) * balance * options.obj,
      cls: cls * options.cls,
    },
    gradient,
  }
}

/**
 * CIoU of the box that the logits at `at` stand for with its target; `onSlope` is told its slope by each of the four.
 * A centre reaches from −0.5 to 1.5 of its cell, a side from 0 to 4 times its anchor's.
 */
function matchBox(
  data: Float32Array,
  at: number,
  [anchorWidth, anchorHeight]: readonly [number, number],
  { box }: Assignment,
  onSlope: (k: number, slope: number) => void,
): number {
  const [x, y, w, h] = [0, 1, 2, 3].map((k) => 1 / (1 + Math.exp(-(data[at + k] as number)))) as [
    number,
    number,
    number,
    number,
  ]
  const { value, gradient } = completeIou(
    [x * 2 - 0.5, y * 2 - 0.5, (w * 2) ** 2 * anchorWidth, (h * 2) ** 2 * anchorHeight],
    box,
  )
  onSlope(0, gradient[0] * 2 * x * (1 - x))
  onSlope(1, gradient[1] * 2 * y * (1 - y))
  onSlope(2, gradient[2] * 8 * w * w * (1 - w) * anchorWidth)
  onSlope(3, gradient[3] * 8 * h * h * (1 - h) * anchorHeight)
  return value
}
