import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { detectionMetrics } from '../../../core/metrics/averagePrecision'
import { builtinReleases, type HeadShape, type LevelOutput } from '../contract'
import { decodeImage } from './decode'
import { matchDetections } from './matching'
import { suppress } from './suppression'

type Golden = {
  readonly images: readonly {
    readonly labels: readonly (readonly number[])[]
    readonly candidates: readonly (readonly number[])[]
    readonly kept: readonly (readonly number[])[]
    readonly correct: readonly number[]
  }[]
  readonly metrics: Readonly<Record<'precision' | 'recall' | 'mAP50' | 'mAP50_95', number>> & {
    readonly ap50: readonly number[]
    readonly ap: readonly number[]
  }
}

const folder = join(import.meta.dirname, '../../../../test/golden/evaluation')

describe.each(builtinReleases)('%s', (release) => {
  const golden = JSON.parse(readFileSync(join(folder, `${release}.json`), 'utf8')) as Golden
  const kept = golden.images.map(({ candidates }) =>
    suppress(Float32Array.from(candidates.flat()), {
      iou: 0.6,
      maxDetections: 300,
      agnostic: false,
      release,
    }),
  )

  it('leaves what its non_max_suppression leaves', () => {
    kept.forEach((rows, i) => {
      const wanted = golden.images[i]?.kept.flat() ?? []
      expect(rows.length).toBe(wanted.length)
      wanted.forEach((value, k) => {
        expect(rows[k]).toBeCloseTo(value, 2)
      })
    })
  })

  it('counts right what its val counts right', () => {
    kept.forEach((rows, i) => {
      const labels = Float32Array.from(golden.images[i]?.labels.flat() ?? [])
      expect([...matchDetections(release, rows, labels)], `image ${i}`).toEqual(
        golden.images[i]?.correct,
      )
    })
  })

  it('scores as its ap_per_class', () => {
    const column = (k: number): number[] =>
      golden.images.flatMap((image) => image.kept.map((row) => row[k] ?? 0))
    const metrics = detectionMetrics(
      {
        confidences: column(4),
        classes: column(5),
        correct: golden.images.flatMap(({ correct }) => correct),
        labels: golden.images.flatMap(({ labels }) => labels.map(([cls = 0]) => cls)),
      },
      {
        endsCurveAtOne: release !== 'v5.0',
        smoothsF1: release === 'v6.2' || release === 'v7.0',
      },
    )
    for (const key of ['precision', 'recall', 'mAP50', 'mAP50_95'] as const) {
      expect(metrics[key], key).toBeCloseTo(golden.metrics[key], 6)
    }
    metrics.perClass.forEach(({ ap50, ap50_95 }, i) => {
      expect(ap50).toBeCloseTo(golden.metrics.ap50[i] ?? Number.NaN, 6)
      expect(ap50_95).toBeCloseTo(golden.metrics.ap[i] ?? Number.NaN, 6)
    })
  })
})

describe('decoding', () => {
  const head: HeadShape = { nc: 2, strides: [8], anchors: [[[10, 20]]] }
  const logit = (p: number): number => Math.log(p / (1 - p))
  const output: LevelOutput = {
    // Two cells side by side: one sure of both classes, one of nothing.
    data: Float32Array.of(0, 0, 0, 0, logit(0.9), logit(0.8), logit(0.5), 0, 0, 0, 0, -9, 0, 0),
    ...{ batch: 1, height: 1, width: 2 },
  }

  it('puts the box at its cell, with the confidence of each class', () => {
    const rows = decodeImage(head, [output], 0, { confidence: 0.1, multiLabel: true })
    const wanted = [-1, -6, 9, 14, 0.72, 0, -1, -6, 9, 14, 0.45, 1]
    expect(rows.length).toBe(wanted.length)
    wanted.forEach((value, i) => {
      expect(rows[i]).toBeCloseTo(value, 5)
    })
  })

  it('gives the best class alone, or those asked for', () => {
    const best = decodeImage(head, [output], 0, { confidence: 0.1, multiLabel: false })
    expect(best.length).toBe(6)
    const classes = new Set([1])
    const rows = decodeImage(head, [output], 0, { confidence: 0.1, multiLabel: true, classes })
    expect([...rows.filter((_, i) => i % 6 === 5)]).toEqual([1])
  })
})

it('scores nothing as nothing', () => {
  const variant = { endsCurveAtOne: true, smoothsF1: true }
  const none = { confidences: [], classes: [], correct: [], labels: [0, 1] }
  expect(detectionMetrics(none, variant)).toMatchObject({ mAP50: 0, precision: 0, recall: 0 })
  expect(detectionMetrics({ ...none, labels: [] }, variant).mAP50_95).toBe(0)
})
