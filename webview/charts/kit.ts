import { Chart } from 'chart.js'
import { MatrixElement } from 'chartjs-chart-matrix'
import annotation from 'chartjs-plugin-annotation'
import zoom from 'chartjs-plugin-zoom'
import { registerBasics } from './basics'
import { CellsController } from './cells'

/** Registers what the dashboard's charts are made of; call it once before any is drawn. */
export function registerCharts(): void {
  registerBasics()
  Chart.register(CellsController, MatrixElement, annotation, zoom)
}
