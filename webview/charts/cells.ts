import { MatrixController, type MatrixElement } from 'chartjs-chart-matrix'

/** What a chart of cells has for a type; the plugin types its id as the one literal. */
export const cellsType = 'cells' as string as 'matrix'

type Cells = { readonly cell: readonly [number, number]; readonly backgroundColor: string }

/**
 * A matrix of thousands of cells: those of a dataset have one colour, no borders, and the size `cell`, its width and
 * height in units of the scales. They are drawn as plain rectangles: the plugin's own path with round corners for each
 * takes longer than a frame.
 */
export class CellsController extends MatrixController {
  static override readonly id = cellsType

  override update(mode: Parameters<MatrixController['update']>[0]): void {
    const { chartArea } = this.chart
    const { xScale, yScale } = this.getMeta()
    const dataset = this.getDataset()
    const [width, height] = (dataset as unknown as Cells).cell
    if (xScale && yScale) {
      // A little more than the cell, or rounding leaves gaps between them.
      Object.assign(dataset, {
        width: (chartArea.width * width) / (xScale.max - xScale.min) + 0.6,
        height: (chartArea.height * height) / (yScale.max - yScale.min) + 0.6,
      })
    }
    super.update(mode)
  }

  /** Where the chart is zoomed into, cells end at its area; a matrix runs over its axes. */
  override getMaxOverflow(): true {
    return true
  }

  override draw(): void {
    const { ctx } = this.chart
    ctx.fillStyle = (this.getDataset() as unknown as Cells).backgroundColor
    for (const { x, y, width, height } of this.getMeta().data as unknown as MatrixElement[]) {
      ctx.fillRect(x, y, width, height)
    }
  }
}
