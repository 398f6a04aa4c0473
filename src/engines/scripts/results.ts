import type { EpochEvent } from '../../runs/events'
import { scoreTags } from '../../runs/summaries'

/** One epoch as YOLOv5's own results file tells it. */
export type ResultRow = Pick<
  EpochEvent,
  'epoch' | 'train' | 'val' | 'precision' | 'recall' | 'mAP50' | 'mAP50_95' | 'lr'
>

/**
 * Rows of results.csv (v6.0 and later): a header, then a line an epoch. A line that is not whole yet is left for later.
 *
 * @param gammaRate the column of the learning rate that gammas have
 */
export function parseResultsCsv(text: string, gammaRate: ScriptRate): readonly ResultRow[] {
  const [header = '', ...lines] = wholeLines(text)
  const names = header.split(',').map((name) => name.trim())
  return lines.flatMap((line) => {
    const cells = line.split(',').map((cell) => Number(cell.trim()))
    const value = (name: string, missing = Number.NaN): number =>
      cells[names.indexOf(name)] ?? missing
    if (cells.length < names.length || !Number.isInteger(value('epoch'))) return []
    return [
      {
        epoch: value('epoch'),
        train: losses((part) => value(`train/${part}_loss`, 0)),
        val: losses((part) => value(`val/${part}_loss`, 0)),
        precision: score(value(scoreTags.precision)),
        recall: score(value(scoreTags.recall)),
        mAP50: score(value(scoreTags.mAP50)),
        mAP50_95: score(value(scoreTags.mAP50_95)),
        lr: score(value(gammaRate)),
      },
    ]
  })
}
export type ScriptRate = 'x/lr0' | 'x/lr1'

/** Columns of results.txt (v5.0 and older, train.py): those behind `epoch/last` and `memory`. */
const textColumns = [
  ...['box', 'obj', 'cls', 'total', 'labels', 'size'],
  ...['precision', 'recall', 'mAP50', 'mAP50_95', 'valBox', 'valObj', 'valCls'],
] as const

/** Rows of results.txt, which has no header and no learning rate. */
export function parseResultsText(text: string): readonly ResultRow[] {
  return wholeLines(text).flatMap((line) => {
    const [place = '', , ...cells] = line.trim().split(/\s+/)
    const epoch = /^(\d+)\/\d+$/.exec(place)?.[1]
    if (epoch === undefined || cells.length < textColumns.length) return []
    const value = (name: (typeof textColumns)[number]): number =>
      Number(cells[textColumns.indexOf(name)])
    return [
      {
        epoch: Number(epoch),
        train: { box: value('box'), obj: value('obj'), cls: value('cls') },
        val: { box: value('valBox'), obj: value('valObj'), cls: value('valCls') },
        precision: score(value('precision')),
        recall: score(value('recall')),
        mAP50: score(value('mAP50')),
        mAP50_95: score(value('mAP50_95')),
        lr: null,
      },
    ]
  })
}

function wholeLines(text: string): string[] {
  const end = text.lastIndexOf('\n')
  return text
    .slice(0, Math.max(0, end))
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
}

/** NaN where training has diverged: a 0 would look perfect. */
function losses(value: (part: string) => number): Record<string, number> {
  return Object.fromEntries(['box', 'obj', 'cls'].map((part) => [part, value(part)]))
}

/** Null where there is none. */
function score(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
