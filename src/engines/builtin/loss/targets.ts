import type { CenterBox } from './ciou'

/** A box and one cell and anchor that must predict it. */
export type Assignment = {
  readonly image: number
  readonly cls: number
  readonly anchor: number
  readonly column: number
  readonly row: number
  /** Centre relative to the cell's corner, and size, in cells. */
  readonly box: CenterBox
}

export type Level = {
  readonly height: number
  readonly width: number
  /** `[anchor] = [width, height]` in cells. */
  readonly anchors: readonly (readonly [number, number])[]
}

/** The cell itself, and the neighbour on each side that the centre is nearer to: left, upper, right, lower. */
const neighbours = [
  [0, 0],
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const

/**
 * Which cells and anchors of one level predict which boxes (`build_targets` in utils/loss.py, the same from v5.0 to
 * v7.0): anchors whose sides are within `threshold` times the box's, in the cell of its centre and in up to two
 * neighbours. In the order in which YOLOv5 has them: where two meet in one place the later wins.
 *
 * @param targets rows of image, class, x, y, w, h as shares of the image
 */
export function assignTargets(
  { height, width, anchors }: Level,
  targets: Float32Array,
  threshold: number,
): Assignment[] {
  const matches: { readonly row: number; readonly anchor: number; readonly box: CenterBox }[] = []
  anchors.forEach(([anchorWidth, anchorHeight], anchor) => {
    for (let row = 0; row < targets.length / 6; row++) {
      const [, , x = 0, y = 0, w = 0, h = 0] = targets.subarray(row * 6, row * 6 + 6)
      // Rounded as PyTorch rounds, so that boxes on a border fall on the same side.
      const box = [x * width, y * height, w * width, h * height].map(Math.fround)
      const ratios = [(box[2] ?? 0) / anchorWidth, (box[3] ?? 0) / anchorHeight]
      if (ratios.every((ratio) => Math.max(ratio, 1 / ratio) < threshold)) {
        matches.push({ row, anchor, box: box as unknown as CenterBox })
      }
    }
  })
  const assignments: Assignment[] = []
  for (const [dx, dy] of neighbours) {
    for (const { row, anchor, box } of matches) {
      const [x, y, w, h] = box
      if (!near(x, dx, width) || !near(y, dy, height)) continue
      const column = clamp(Math.trunc(x - dx * 0.5), width)
      const cellRow = clamp(Math.trunc(y - dy * 0.5), height)
      assignments.push({
        image: targets[row * 6] as number,
        cls: targets[row * 6 + 1] as number,
        anchor,
        column,
        row: cellRow,
        box: [x - column, y - cellRow, w, h],
      })
    }
  }
  return assignments
}

/** Whether a centre lies in the half of its cell towards neighbour `side`, and that neighbour exists. */
function near(at: number, side: number, cells: number): boolean {
  if (side === 0) return true
  const from = side > 0 ? at : Math.fround(cells - at)
  return from % 1 < 0.5 && from > 1
}

function clamp(cell: number, cells: number): number {
  return Math.min(Math.max(cell, 0), cells - 1)
}
