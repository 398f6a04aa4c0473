import * as l10n from '@vscode/l10n'
import type { EpochEvent, ProgressEvent, RunEvent } from '../../runs/events'
import {
  formatBytes,
  formatDuration,
  formatScore,
  formatShare,
  formatSmall,
} from '../../runs/format/numbers'
import { lossText, nearZeroShare } from '../../runs/format/runLines'
import { displayWidth, fitColumns } from '../../runs/format/width'

/** What the live line is made of, folded event by event. */
export type LiveState = {
  /** When we began to wait for it; before it says that it has started, only this is known. */
  readonly launchedAt?: number
  readonly startedAt?: number
  readonly epochs?: number
  /** First epoch of this attempt: not 0 after --resume. */
  readonly firstEpoch?: number
  readonly progress?: ProgressEvent
  readonly lastEpoch?: EpochEvent
  readonly nearZero?: number
  /** Seconds of the latest epochs, newest last. */
  readonly epochSeconds: readonly number[]
}

export const emptyLive: LiveState = { epochSeconds: [] }

const etaEpochs = 5

export function foldLive(state: LiveState, event: RunEvent): LiveState {
  switch (event.type) {
    case 'started':
      return {
        epochSeconds: [],
        ...(state.launchedAt === undefined ? {} : { launchedAt: state.launchedAt }),
        startedAt: event.t,
        ...(event.epochs > 0 ? { epochs: event.epochs } : {}),
      }
    case 'progress':
      if (event.batches === 0) return state
      return { ...state, progress: event, firstEpoch: state.firstEpoch ?? event.epoch }
    case 'epoch':
      if (event.amends) return state
      return {
        ...state,
        epochs: event.epochs,
        firstEpoch: state.firstEpoch ?? event.epoch,
        lastEpoch: event,
        epochSeconds: [...state.epochSeconds, event.seconds].slice(-etaEpochs),
      }
    case 'gamma': {
      const nearZero = nearZeroShare(event)
      return nearZero === undefined ? state : { ...state, nearZero }
    }
    default:
      return state
  }
}

/**
 * Seconds left: from the mean of the latest epochs, before the first is over from its own speed. Undefined while
 * nothing is known.
 */
export function etaSeconds(state: LiveState, now: number): number | undefined {
  const { epochs, progress, lastEpoch, epochSeconds, startedAt } = state
  if (epochs === undefined) return undefined
  if (lastEpoch && epochSeconds.length > 0) {
    const each = epochSeconds.reduce((a, b) => a + b, 0) / epochSeconds.length
    return Math.max(0, (epochs - lastEpoch.epoch - 1) * each - (now - lastEpoch.t) / 1000)
  }
  if (!progress || startedAt === undefined || progress.batches === 0) return undefined
  const first = state.firstEpoch ?? progress.epoch
  const done = progress.epoch - first + (progress.batch + 1) / progress.batches
  const elapsed = (progress.t - startedAt) / 1000
  if (elapsed <= 0) return undefined
  const total = (elapsed / done) * (epochs - first)
  return Math.max(0, total - (now - startedAt) / 1000)
}

/**
 * The line that is rewritten in place, at most `width` columns: what matters least goes first when it is narrow.
 */
export function liveLine(state: LiveState, now: number, width: number): string {
  const { progress, lastEpoch, epochs } = state
  const current = underWay(state)
  const eta = etaSeconds(state, now)
  const parts: { readonly text: string; readonly keep: number }[] = []
  const add = (keep: number, text: string | undefined) => {
    if (text) parts.push({ keep, text })
  }
  if (epochs === undefined && !progress) {
    const since = state.startedAt ?? state.launchedAt
    add(9, state.startedAt === undefined ? l10n.t('starting') : l10n.t('running'))
    if (since !== undefined) add(8, formatDuration((now - since) / 1000))
  }
  if (epochs !== undefined) {
    const share = epochs > 0 ? Math.min(1, current.fraction / epochs) : 0
    add(5, bar(share))
    add(9, l10n.t('epoch {0}', `${Math.min(current.epoch + 1, epochs)}/${epochs}`))
  }
  if (progress && progress.epoch === current.epoch) {
    add(7, `${progress.batch + 1}/${progress.batches}`)
    add(4, lossText(progress.losses))
  }
  if (lastEpoch) {
    add(6, `mAP50 ${formatScore(lastEpoch.mAP50)}`)
    add(3, `mAP50_95 ${formatScore(lastEpoch.mAP50_95)}`)
  }
  const lr = progress?.lr ?? lastEpoch?.lr
  if (typeof lr === 'number') add(1, `lr ${formatSmall(lr)}`)
  if (lastEpoch && lastEpoch.sr > 0) add(2, `sr ${formatSmall(lastEpoch.sr)}`)
  if (state.nearZero !== undefined) add(5, l10n.t('near zero {0}', formatShare(state.nearZero)))
  if (progress && progress.memory > 0) add(2, formatBytes(progress.memory))
  const over = lastEpoch !== undefined && lastEpoch.epoch + 1 === epochs
  if (over) add(8, l10n.t('finishing'))
  else if (eta !== undefined) add(8, `ETA ${formatDuration(eta)}`)
  const kept = [...parts]
  const text = () => kept.map((part) => part.text).join('  ')
  while (kept.length > 1 && displayWidth(text()) > width) {
    const least = Math.min(...kept.map((part) => part.keep))
    kept.splice(
      kept.findIndex((part) => part.keep === least),
      1,
    )
  }
  return fitColumns(text(), width)
}

/** The epoch under way, and how many epochs are done with the part of it that is. */
function underWay({ progress, lastEpoch }: LiveState): { epoch: number; fraction: number } {
  const after = lastEpoch ? lastEpoch.epoch + 1 : 0
  if (!progress || progress.epoch < after) return { epoch: after, fraction: after }
  const part = progress.batches > 0 ? (progress.batch + 1) / progress.batches : 0
  return { epoch: progress.epoch, fraction: progress.epoch + part }
}

const barWidth = 16

function bar(share: number): string {
  const full = Math.round(share * barWidth)
  return '━'.repeat(full) + '─'.repeat(barWidth - full)
}
