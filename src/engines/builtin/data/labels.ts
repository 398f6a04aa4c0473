import type { BuiltinRelease } from '../contract'

/** Boxes of one image. */
export type Labels = {
  /** Rows of 5: class, x, y, w, h (centre and size, as shares of width and height). */
  readonly boxes: Float32Array
  /** Outlines as x, y pairs in shares, one for each box; empty where the file has boxes only. */
  readonly segments: readonly Float32Array[]
}

export type ParsedLabels =
  | { readonly labels: Labels; readonly duplicates: number }
  | { readonly corrupt: string }

export const noLabels: Labels = { boxes: new Float32Array(0), segments: [] }

/**
 * The text of a label file, checked as the release's `verify_image_label` does (utils/datasets.py, dataloaders.py):
 * v5.0 and v6.0 leave out an image with duplicate labels, where later ones drop the duplicates.
 */
export function parseLabels(text: string, release: BuiltinRelease): ParsedLabels {
  const rows = text
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/))
    .filter(([first]) => first !== '')
  if (rows.length === 0) return { labels: noLabels, duplicates: 0 }
  const numbers = rows.map((row) => Float32Array.from(row, Number))
  // Up to v6.1 an outline of three points is not taken for one.
  const late = release === 'v6.2' || release === 'v7.0'
  const outlined = rows.some((row) => row.length > (late ? 6 : 8))
  const odd = outlined ? rows.find((row) => row.length % 2 === 0) : undefined
  if (odd) return { corrupt: `an outline of ${odd.length - 1} coordinates, which are no pairs` }
  const boxes = outlined ? numbers.map(boxOf) : numbers
  const problem = problemOf(boxes)
  if (problem !== undefined) return { corrupt: problem }
  const kept = uniqueRows(boxes)
  if (kept.length < boxes.length && (release === 'v5.0' || release === 'v6.0')) {
    return { corrupt: 'duplicate labels' }
  }
  return {
    labels: {
      boxes: Float32Array.from(kept.flatMap((row) => [...(boxes[row] ?? [])])),
      segments: outlined ? kept.map((row) => (numbers[row] as Float32Array).slice(1)) : [],
    },
    duplicates: boxes.length - kept.length,
  }
}

function problemOf(boxes: readonly Float32Array[]): string | undefined {
  const odd = boxes.find((box) => box.length !== 5)
  if (odd) return `labels require 5 columns, ${odd.length} columns detected`
  for (const box of boxes) {
    if (box.some(Number.isNaN)) return 'a label is not a number'
    if (box.some((value) => value < 0)) return 'negative label values'
    const beyond = box.subarray(1).find((value) => value > 1)
    if (beyond !== undefined) return `non-normalized or out of bounds coordinates ${beyond}`
  }
  return undefined
}

/** Rows without repetition; in order of their values where there were any, as numpy's `unique` leaves them. */
function uniqueRows(boxes: readonly Float32Array[]): number[] {
  const first = new Map<string, number>()
  boxes.forEach((box, row) => {
    const key = box.join()
    if (!first.has(key)) first.set(key, row)
  })
  const kept = [...first.values()]
  if (kept.length === boxes.length) return kept
  return kept.sort((a, b) => {
    const x = boxes[a] ?? []
    const y = boxes[b] ?? []
    for (let i = 0; i < 5; i++) {
      const difference = (x[i] ?? 0) - (y[i] ?? 0)
      if (difference !== 0) return difference
    }
    return 0
  })
}

/** Class and the box around an outline. */
function boxOf(row: Float32Array): Float32Array {
  const [cls = 0, ...points] = row
  const xs = points.filter((_, i) => i % 2 === 0)
  const ys = points.filter((_, i) => i % 2 === 1)
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)]
  return Float32Array.of(cls, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
}
