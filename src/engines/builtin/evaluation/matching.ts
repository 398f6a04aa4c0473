import { iouThresholds } from '../../../core/metrics/averagePrecision'
import type { BuiltinRelease } from '../contract'
import type { Detections } from './decode'
import { overlap } from './suppression'

/**
 * At which IoU thresholds each detection of an image is right, as bits from the lowest: `process_batch` of val.py, of
 * which there are three kinds.
 *
 * @param labels rows of 5: class, left, upper, right, lower, in the pixels of the detections
 */
export function matchDetections(
  release: BuiltinRelease,
  detections: Detections,
  labels: Float32Array,
): Uint16Array {
  if (release === 'v5.0') return matchGreedily(detections, labels)
  const correct = new Uint16Array(detections.length / 6)
  const pairs = pairsAbove(detections, labels, iouThresholds[0] ?? 0.5)
  if (release === 'v6.0' || release === 'v6.1') {
    // Paired once, at the lowest threshold; whether a pair holds is asked at each.
    for (const { detection, iou } of oneToOne(pairs)) correct[detection] = bitsUpTo(iou)
    return correct
  }
  iouThresholds.forEach((threshold, bit) => {
    const above = pairs.filter(({ iou }) => iou >= threshold)
    for (const { detection } of oneToOne(above)) {
      correct[detection] = (correct[detection] ?? 0) | (1 << bit)
    }
  })
  return correct
}

type Pair = { readonly label: number; readonly detection: number; readonly iou: number }

function pairsAbove(detections: Detections, labels: Float32Array, least: number): Pair[] {
  const pairs: Pair[] = []
  for (let label = 0; label < labels.length / 5; label++) {
    for (let detection = 0; detection < detections.length / 6; detection++) {
      if (labels[label * 5] !== detections[detection * 6 + 5]) continue
      const iou = overlap(labels, label * 5 + 1, detections, detection * 6)
      if (iou >= least) pairs.push({ label, detection, iou })
    }
  }
  return pairs
}

/** Each detection with the label that it covers best, then each label with the most confident of its detections. */
function oneToOne(pairs: readonly Pair[]): Pair[] {
  const byDetection = new Map<number, Pair>()
  for (const pair of pairs) {
    const before = byDetection.get(pair.detection)
    if (!before || pair.iou > before.iou) byDetection.set(pair.detection, pair)
  }
  const byLabel = new Map<number, Pair>()
  // Detections are sorted by confidence.
  for (const pair of [...byDetection.values()].sort((a, b) => a.detection - b.detection)) {
    if (!byLabel.has(pair.label)) byLabel.set(pair.label, pair)
  }
  return [...byLabel.values()]
}

/** v5.0: by class, each detection takes the label that it covers best, if none before has. */
function matchGreedily(detections: Detections, labels: Float32Array): Uint16Array {
  const correct = new Uint16Array(detections.length / 6)
  const taken = new Set<number>()
  for (let detection = 0; detection < correct.length; detection++) {
    let best = -1
    let bestIou = -1
    for (let label = 0; label < labels.length / 5; label++) {
      if (labels[label * 5] !== detections[detection * 6 + 5]) continue
      const iou = overlap(detections, detection * 6, labels, label * 5 + 1)
      if (iou > bestIou) {
        best = label
        bestIou = iou
      }
    }
    if (best < 0 || bestIou <= (iouThresholds[0] ?? 0.5) || taken.has(best)) continue
    taken.add(best)
    correct[detection] = bitsUpTo(bestIou)
  }
  return correct
}

function bitsUpTo(iou: number): number {
  return iouThresholds.reduce(
    (bits, threshold, i) => (iou >= threshold ? bits | (1 << i) : bits),
    0,
  )
}
