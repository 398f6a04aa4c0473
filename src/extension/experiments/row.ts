import * as l10n from '@vscode/l10n'
import { stageName, stateName } from '../../runs/format/names'
import { formatBytes, formatDuration, formatScore } from '../../runs/format/numbers'
import type { RunState } from '../../runs/manifest'
import type { RunSnapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { type Comparison, lastingBytes } from './comparison'

/** What a row of the tree shows. */
export type RunRow = {
  readonly label: string
  readonly description: string
  /** Codicon and theme colour of its state. */
  readonly icon: string
  readonly color: string | undefined
  /** For screen readers, which see no icon. */
  readonly spoken: string
}

const looks: Readonly<Record<RunState, readonly [icon: string, color: string | undefined]>> = {
  queued: ['watch', 'charts.yellow'],
  starting: ['loading~spin', 'charts.blue'],
  running: ['sync~spin', 'charts.blue'],
  stopping: ['debug-stop', 'charts.orange'],
  finished: ['pass', 'testing.iconPassed'],
  stopped: ['circle-slash', 'disabledForeground'],
  failed: ['error', 'testing.iconFailed'],
  interrupted: ['warning', 'list.warningForeground'],
}

/** A run as a row: its figures, and what they are against the origin of its lineage. */
export function collectRow(run: RunSnapshot, comparison: Comparison): RunRow {
  const { name, manifest, state } = run
  const [icon, color] = looks[state]
  const stage = stageName(manifest.stage)
  const parts = [...progress(run), ...figures(run, comparison)]
  // Most names say it already, and a sidebar is narrow.
  const shown = namesStage(name, manifest.stage) ? parts : [stage, ...parts]
  return {
    label: name,
    description: shown.join(' · '),
    ...{ icon, color },
    spoken: [
      name,
      stage,
      stateName(state),
      ...parts.filter((part) => part !== stateName(state)),
    ].join(', '),
  }
}

function progress({ state, summary }: RunSnapshot): readonly string[] {
  const { epoch = 0, epochs, etaSeconds } = summary
  if (state === 'finished') return []
  const count = epochs === undefined ? [] : [`${epoch}/${epochs}`]
  if (state !== 'running') return [stateName(state), ...(epoch > 0 ? count : [])]
  const left = etaSeconds === undefined ? [] : [l10n.t('{0} left', formatDuration(etaSeconds))]
  return count.length > 0 ? [...count, ...left] : [stateName(state)]
}

function figures(run: RunSnapshot, { points, bytes }: Comparison): readonly string[] {
  const { mAP50, mAP50_95 } = run.summary
  const size = lastingBytes(run)
  const found: string[] = []
  if (mAP50_95 !== undefined) {
    found.push(
      `mAP ${formatScore(mAP50_95)}${points === undefined ? '' : ` (${signed(points, 1)})`}`,
    )
  } else if (mAP50 !== undefined) {
    found.push(`mAP50 ${formatScore(mAP50)}`)
  }
  if (size !== undefined && isEnded(run.state)) {
    const share = bytes === undefined ? '' : ` (${signed(bytes * 100, 0)} %)`
    found.push(`${formatBytes(size)}${share}`)
  }
  return found
}

/** With a true minus sign; a change that rounds to nothing is `±0`. */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  if (Number(text) === 0) return `±${text}`
  return `${value < 0 ? '−' : '+'}${text}`
}

const telling: Readonly<Record<string, RegExp>> = {
  train: /base|train(?!.*(sparse|fine))/i,
  sparse: /spars/i,
  prune: /prun/i,
  finetune: /fine-?_?tun/i,
  val: /val/i,
  detect: /detect|predict/i,
}

function namesStage(name: string, stage: string): boolean {
  return telling[stage]?.test(name) ?? false
}
