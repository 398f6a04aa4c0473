import * as l10n from '@vscode/l10n'
import type { EpochEvent, RunEvent } from '../runs/events'
import { formatBytes, formatDuration, formatScore } from '../runs/format/numbers'
import { eventLines } from '../runs/format/runLines'
import { fitColumns } from '../runs/format/width'
import type { RunSnapshot } from '../runs/snapshot'
import { errorLines, warningLines } from './errors'
import { emptyLive, foldLive, type LiveState, liveLine } from './format/liveLine'
import { outColors } from './terminal'

/** Where a presenter writes. `live` rewrites one line; undefined where that makes no sense. */
export type Screen = {
  readonly print: (...lines: readonly string[]) => void
  readonly printAside: (...lines: readonly string[]) => void
  readonly live?: {
    readonly width: () => number
    readonly show: (line: string) => void
    readonly clear: () => void
    readonly done: () => void
  }
}

/** Shows a run as it goes: a line an epoch, and below them, on a terminal, one that is rewritten. */
export class RunPresenter {
  private state: LiveState = { ...emptyLive, launchedAt: Date.now() }
  /** An epoch's line waits for its gammas, which are logged right after it. */
  private heldEpoch: EpochEvent | undefined
  private hint: string | undefined

  constructor(
    private readonly screen: Screen,
    private readonly format: 'text' | 'json',
  ) {}

  /** Shows new events. `reset`: the log began anew. */
  show(events: readonly RunEvent[], reset: boolean): void {
    if (reset) this.state = emptyLive
    if (events.length > 0) this.screen.live?.clear()
    for (const event of events) {
      if (this.format === 'json') this.screen.print(JSON.stringify(event))
      else this.showEvent(event)
    }
    this.refresh(Date.now())
  }

  /** Rewrites the live line, whose ETA falls with time. */
  refresh(now: number): void {
    const { live } = this.screen
    if (!live) return
    const line = liveLine(this.state, now, live.width() - 1)
    live.show(this.hint === undefined ? line : this.hint)
  }

  /** Says in place of the live line what is being done, e.g. stopping. */
  announce(text: string): void {
    if (this.screen.live) {
      this.hint = fitColumns(text, this.screen.live.width() - 1)
      this.refresh(Date.now())
    } else {
      this.screen.printAside(text)
    }
  }

  /** The last words, once the run has ended. */
  end(run: RunSnapshot): void {
    this.flushEpoch()
    this.screen.live?.clear()
    this.screen.live?.done()
    if (this.format === 'text') {
      this.screen.print(...endLines(run))
    }
    if (run.state === 'failed' || run.state === 'interrupted') {
      this.screen.printAside(...failureLines(run))
    }
  }

  private showEvent(event: RunEvent): void {
    if (event.type !== 'gamma' && event.type !== 'checkpoint') this.flushEpoch()
    this.state = foldLive(this.state, event)
    if (event.type === 'epoch') this.heldEpoch = event
    else if (event.type === 'gamma') this.flushEpoch()
    else if (event.type === 'warning') this.screen.printAside(...warningLines(event))
    else this.screen.print(...eventLines(event, undefined))
  }

  private flushEpoch(): void {
    const event = this.heldEpoch
    this.heldEpoch = undefined
    if (event) this.screen.print(...eventLines(event, this.state.nearZero))
  }
}

/** How a run ended, what it reached and where its checkpoint lies. */
export function endLines({ name, state, summary, digest, runDir }: RunSnapshot): string[] {
  const took = summary.seconds === undefined ? '' : ` (${formatDuration(summary.seconds)})`
  const head =
    state === 'finished'
      ? outColors.green(l10n.t('{0} finished{1}', name, took))
      : state === 'stopped'
        ? outColors.yellow(l10n.t('{0} stopped{1}', name, took))
        : undefined
  if (head === undefined) return []
  const lines = [head]
  if (summary.mAP50 !== undefined) {
    lines.push(`mAP50 ${formatScore(summary.mAP50)}  mAP50_95 ${formatScore(summary.mAP50_95)}`)
  }
  for (const kind of ['best', 'last', 'pruned'] as const) {
    const output = digest.checkpoints[kind]
    if (output) lines.push(`${kind}: ${output.path}  ${formatBytes(output.bytes)}`)
  }
  if (Object.keys(digest.checkpoints).length === 0) lines.push(runDir)
  return lines
}

/** Why a run failed, as every other error is shown, and where to read more. */
export function failureLines({ name, state, summary, runDir }: RunSnapshot): string[] {
  const failure = summary.failure ?? {
    code: state === 'interrupted' ? 'run/interrupted' : 'run/failed',
    text: l10n.t('{0} ended without saying why.', name),
    remedy: l10n.t('Continue it with --resume.'),
  }
  const lines = errorLines({
    code: failure.code,
    message: failure.text,
    remedy: failure.remedy,
  })
  const tail = (summary.failure?.stderr ?? '').split('\n').filter((line) => line.trim() !== '')
  return [
    ...lines,
    ...tail.slice(-shownStderr).map((line) => `  | ${line}`),
    l10n.t('  the whole output: {0}', `${runDir}/slim/output.log`),
  ]
}

const shownStderr = 8
