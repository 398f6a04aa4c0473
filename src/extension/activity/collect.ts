import * as l10n from '@vscode/l10n'
import type { RunEvent } from '../../runs/events'
import { stageName, stateName } from '../../runs/format/names'
import { formatBytes, formatDuration, formatScore } from '../../runs/format/numbers'
import { eventLines } from '../../runs/format/runLines'
import type { RunState } from '../../runs/manifest'
import { isStoppable, type RunSnapshot } from '../../runs/snapshot'
import { escapeMarkdown } from '../common/markdown'
import { commandIds } from '../contributions'

export type LogLine = { readonly level: 'info' | 'warn' | 'error'; readonly text: string }
export type RunStatusItem = {
  readonly text: string
  /** Markdown, with links to commands. */
  readonly tooltip: string
  readonly label: string
  /** The run that it speaks of. */
  readonly runDir: string
}

const stateIcons: Readonly<Record<RunState, string>> = {
  queued: '$(watch)',
  starting: '$(sync~spin)',
  running: '$(sync~spin)',
  stopping: '$(debug-stop)',
  finished: '$(pass)',
  stopped: '$(circle-slash)',
  failed: '$(error)',
  interrupted: '$(warning)',
}

/** The runs under way for the status bar, the newest that does not wait in words; undefined when there are none. */
export function collectRunStatus(alive: readonly RunSnapshot[]): RunStatusItem | undefined {
  const [run, ...others] = [...alive].sort(byInterest)
  if (!run) return undefined
  const parts = [`${stageName(run.manifest.stage)} ${progressText(run)}`, ...figures(run)]
  const more = others.length > 0 ? ` (+${others.length})` : ''
  return {
    text: `${stateIcons[run.state]} ${parts.join(' · ')}${more}`,
    label: parts.join(', '),
    runDir: run.runDir,
    tooltip: [
      ...[run, ...others].map((each) => {
        const { devices } = each.digest.started ?? { devices: each.manifest.devices ?? [] }
        const facts = [stateText(each), ...figures(each), ...devices].map(escapeMarkdown)
        return `**${escapeMarkdown(each.name)}** – ${facts.join(' · ')}`
      }),
      [
        commandLink(l10n.t('Open dashboard'), commandIds.openDashboard, run.runDir),
        commandLink(l10n.t('Show output'), commandIds.showLog, run.runDir),
        ...(isStoppable(run) ? [commandLink(l10n.t('Stop'), commandIds.stop, run.runDir)] : []),
      ].join(' · '),
    ].join('\n\n'),
  }
}

function stateText({ state, elsewhere }: RunSnapshot): string {
  return elsewhere === undefined
    ? stateName(state)
    : l10n.t('{0} on {1}', stateName(state), elsewhere)
}

function byInterest(a: RunSnapshot, b: RunSnapshot): number {
  const waiting = Number(a.state === 'queued') - Number(b.state === 'queued')
  return waiting || b.manifest.createdAt - a.manifest.createdAt
}

function commandLink(label: string, command: string, argument: string): string {
  return `[${label}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))})`
}

function progressText({ state, digest, summary }: RunSnapshot): string {
  if (state !== 'running') return stateName(state)
  const { epochs } = summary
  const { progress } = digest
  if (epochs === undefined) return stateName(state)
  const done = summary.epoch ?? 0
  const under = progress && progress.epoch >= done && progress.batches > 0
  const share = under ? ` (${Math.round((100 * progress.batch) / progress.batches)} %)` : ''
  return `${Math.min(epochs, done + 1)}/${epochs}${share}`
}

function figures({ summary }: RunSnapshot): readonly string[] {
  const { mAP50, etaSeconds } = summary
  return [
    ...(mAP50 === undefined ? [] : [`mAP50 ${formatScore(mAP50)}`]),
    ...(etaSeconds === undefined ? [] : [l10n.t('{0} left', formatDuration(etaSeconds))]),
  ]
}

/** Rows of the runs' list, newest first. */
export function collectRunItems(
  runs: readonly RunSnapshot[],
): readonly { label: string; description: string; detail: string; run: RunSnapshot }[] {
  return runs.map((run) => {
    const { manifest, summary, state } = run
    const facts = [
      ...(summary.epochs === undefined
        ? []
        : [l10n.t('{0} of {1} epochs', summary.epoch ?? 0, summary.epochs)]),
      ...(summary.mAP50 === undefined ? [] : [`mAP50 ${formatScore(summary.mAP50)}`]),
      ...(summary.mAP50_95 === undefined ? [] : [`mAP50_95 ${formatScore(summary.mAP50_95)}`]),
      ...(summary.bytes === undefined ? [] : [formatBytes(summary.bytes)]),
    ]
    return {
      label: `${stateIcons[state].replace('~spin', '')} ${run.name}`,
      description: `${stageName(manifest.stage)} · ${stateName(state)}`,
      detail: facts.join(' · '),
      run,
    }
  })
}

/** What the log says of an event; empty for what only charts show. */
export function collectEventLines(event: RunEvent): readonly LogLine[] {
  switch (event.type) {
    case 'warning':
      return [{ level: 'warn', text: `[${event.code}] ${withRemedy(event.text, event.remedy)}` }]
    case 'finished':
      return [info(l10n.t('Finished in {0}', formatDuration(event.summary.seconds)))]
    case 'stopped':
      return [info(l10n.t('Stopped'))]
    case 'failed':
      return [{ level: 'error', text: `[${event.code}] ${withRemedy(event.text, event.remedy)}` }]
    default:
      return eventLines(event, undefined).map(info)
  }
}

/** What to tell a person about a run that ended while the editor was open. */
export function collectEnd(run: RunSnapshot): LogLine | undefined {
  const { name, state, summary } = run
  switch (state) {
    case 'finished': {
      const score = summary.mAP50_95 ?? summary.mAP50
      const text =
        score === undefined
          ? l10n.t('{0} has finished.', name)
          : l10n.t(
              '{0} has finished: mAP50 {1}, mAP50_95 {2}.',
              name,
              formatScore(summary.mAP50),
              formatScore(summary.mAP50_95),
            )
      return info(text)
    }
    case 'failed':
      return { level: 'error', text: l10n.t('{0} has failed. {1}', name, causeOf(run)) }
    case 'interrupted':
      return {
        level: 'warn',
        text: summary.failure
          ? l10n.t('{0} was interrupted. {1}', name, causeOf(run))
          : l10n.t('{0} was interrupted: its process is gone without a word.', name),
      }
    default:
      return undefined
  }
}

function causeOf({ summary: { failure } }: RunSnapshot): string {
  return failure ? `${failure.text} ${failure.remedy} [${failure.code}]` : ''
}

function withRemedy(text: string, remedy: string | undefined): string {
  return remedy ? `${text} ${remedy}` : text
}

function info(text: string): LogLine {
  return { level: 'info', text }
}
