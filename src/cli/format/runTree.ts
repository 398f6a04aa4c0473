import * as l10n from '@vscode/l10n'
import { stateName } from '../../runs/format/names'
import { formatBytes, formatCount, formatDuration, formatScore } from '../../runs/format/numbers'
import type { LineageNode } from '../../runs/lineage'
import type { RunSnapshot } from '../../runs/snapshot'
import { tableLines } from './table'

/** Runs as a tree: each below the one whose checkpoint it started from. */
export function runTreeLines(trees: readonly LineageNode<RunSnapshot>[]): string[] {
  const head = [
    l10n.t('run'),
    l10n.t('stage'),
    l10n.t('state'),
    l10n.t('epoch'),
    'mAP50',
    'mAP50_95',
    l10n.t('parameters'),
    l10n.t('size'),
    'id',
  ]
  const rows = trees.flatMap((tree) => treeRows(tree, '', ''))
  const right = ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right'] as const
  return tableLines([head, ...rows], right)
}

function treeRows(node: LineageNode<RunSnapshot>, first: string, rest: string): string[][] {
  const children = node.children.flatMap((child, i) => {
    const last = i === node.children.length - 1
    return treeRows(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`)
  })
  return [runRow(node.run, first), ...children]
}

function runRow({ name, manifest, state, summary }: RunSnapshot, branch: string): string[] {
  const eta = summary.etaSeconds === undefined ? '' : ` ETA ${formatDuration(summary.etaSeconds)}`
  const epoch = summary.epochs === undefined ? '' : `${summary.epoch ?? 0}/${summary.epochs}`
  return [
    `${branch}${name}`,
    manifest.stage,
    summary.failure ? `${stateName(state)} (${summary.failure.code})` : `${stateName(state)}${eta}`,
    epoch,
    formatScore(summary.mAP50),
    formatScore(summary.mAP50_95),
    summary.parameters === undefined ? '' : formatCount(summary.parameters),
    summary.bytes === undefined ? '' : formatBytes(summary.bytes),
    manifest.id,
  ]
}
