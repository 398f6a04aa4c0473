import { existsSync } from 'node:fs'
import { appendWhole } from '../../../core/disk/diskErrors'
import type { BuiltinRelease, Losses } from '../contract'
import type { RunContext } from './context'

/** One epoch as YOLOv5's own log has it. */
export type EpochRow = {
  readonly epoch: number
  readonly epochs: number
  readonly train: Losses
  readonly val: Losses | undefined
  readonly precision: number
  readonly recall: number
  readonly mAP50: number
  readonly mAP50_95: number
  readonly lr: number
  readonly biasLr: number
  readonly imageSize: number
  /** Bytes on the GPU. */
  readonly memory: number
  readonly labels: number
}

const columns = [
  'epoch',
  'train/box_loss',
  'train/obj_loss',
  'train/cls_loss',
  'metrics/precision',
  'metrics/recall',
  'metrics/mAP_0.5',
  'metrics/mAP_0.5:0.95',
  'val/box_loss',
  'val/obj_loss',
  'val/cls_loss',
  'x/lr0',
  'x/lr1',
  'x/lr2',
]

/** Adds an epoch to results.csv, or to the results.txt of v5.0, in the release's own form. */
export async function appendResults(
  context: RunContext,
  release: BuiltinRelease,
  row: EpochRow,
): Promise<void> {
  if (release === 'v5.0') {
    await appendWhole(context.path('results.txt'), `${textLine(row)}\n`)
    return
  }
  const file = context.path('results.csv')
  const header = existsSync(file) ? '' : `${columns.map((name) => name.padStart(20)).join(',')}\n`
  await appendWhole(file, `${header}${csvLine(release, row)}\n`)
}

function csvLine(release: BuiltinRelease, row: EpochRow): string {
  const { train, val, lr, biasLr } = row
  // The first group is that of gammas up to v6.1, and that of biases from v6.2 on.
  const rates = release === 'v6.2' || release === 'v7.0' ? [biasLr, lr, lr] : [lr, lr, biasLr]
  const values = [
    ...[row.epoch, train.box, train.obj, train.cls],
    ...[row.precision, row.recall, row.mAP50, row.mAP50_95],
    ...[val?.box ?? 0, val?.obj ?? 0, val?.cls ?? 0],
    ...rates,
  ]
  return values.map((value) => significant(value).padStart(20)).join(',')
}

function textLine(row: EpochRow): string {
  const { train, val } = row
  const total = train.box + train.obj + train.cls
  const head = `${`${row.epoch}/${row.epochs - 1}`.padStart(10)}${`${(row.memory / 1e9).toPrecision(3)}G`.padStart(10)}`
  const losses = [train.box, train.obj, train.cls, total, row.labels, row.imageSize]
  const scores = [row.precision, row.recall, row.mAP50, row.mAP50_95]
  const valLosses = [val?.box ?? 0, val?.obj ?? 0, val?.cls ?? 0]
  const cells = [
    ...losses.map((value) => short(value)),
    ...[...scores, ...valLosses].map((value) => short(value)),
  ]
  return head + cells.map((cell) => cell.padStart(10)).join('')
}

/** As `%.5g`. */
function significant(value: number): string {
  return trimmed(value, 5)
}

/** As `%.4g`. */
function short(value: number): string {
  return trimmed(value, 4)
}

function trimmed(value: number, digits: number): string {
  if (value === 0) return '0'
  const exponent = Math.floor(Math.log10(Math.abs(value)))
  if (exponent < -4 || exponent >= digits) {
    const [mantissa = '', power = ''] = value.toExponential(digits - 1).split('e')
    const sign = power.startsWith('-') ? '-' : '+'
    return `${strip(mantissa)}e${sign}${power.replace(/^[+-]/, '').padStart(2, '0')}`
  }
  return strip(value.toPrecision(digits))
}

function strip(number: string): string {
  return number.includes('.') ? number.replace(/\.?0+$/, '') : number
}
