import { Chart } from 'chart.js'
import { MatrixController, MatrixElement } from 'chartjs-chart-matrix'
import annotation from 'chartjs-plugin-annotation'
import zoom from 'chartjs-plugin-zoom'
import { registerBasics } from './basics'

/** Registers what the dashboard's charts are made of; call it once before any is drawn. */
export function registerCharts(): void {
  registerBasics()
  Chart.register(MatrixController, MatrixElement, annotation, zoom, cells)
}

/** Cells of a matrix as large as the scales say: `cell` of a dataset is width and height of one, in their units. */
const cells = {
  id: 'cells',
  afterLayout({ data, chartArea, scales: { x, y } }: Chart): void {
    if (!x || !y) return
    for (const dataset of data.datasets as { cell?: readonly [number, number] }[]) {
      if (!dataset.cell) continue
      const [width, height] = dataset.cell
      // A little more than the cell, or rounding leaves gaps between them.
      Object.assign(dataset, {
        width: (chartArea.width * width) / (x.max - x.min) + 0.6,
        height: (chartArea.height * height) / (y.max - y.min) + 0.6,
      })
    }
  },
}
