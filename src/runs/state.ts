import type { EpochEvent, FailedEvent, PrunedEvent, RunEvent, StartedEvent } from './events'
import type { RunManifest, RunState } from './manifest'
import { killedCode } from './postMortem'
import type { Liveness } from './processIdentity'

/** What a log says so far, folded event by event; small however long the log is. */
export type RunDigest = {
  readonly started?: Omit<StartedEvent, 'layers'>
  readonly lastEpoch?: EpochEvent
  /** The epoch with the best mAP50_95. */
  readonly bestEpoch?: EpochEvent
  readonly progress?: { readonly epoch: number; readonly batch: number; readonly batches: number }
  readonly pruned?: Omit<PrunedEvent, 'layers'>
  readonly checkpoints: Readonly<Partial<Record<'last' | 'best' | 'pruned', RunOutput>>>
  readonly warnings: readonly { readonly code: string; readonly text: string }[]
  readonly end?: RunEnd
  /** How many starts and ends of attempts there are. */
  readonly boundaries: number
  /** Time of the latest event, in milliseconds since the epoch. */
  readonly latest?: number
  /** Seconds of the latest epochs, newest last; the ETA's basis. */
  readonly epochSeconds: readonly number[]
}

export type RunOutput = { readonly path: string; readonly bytes: number }

export type RunEnd =
  | {
      readonly state: 'finished'
      readonly t: number
      readonly mAP50?: number
      readonly mAP50_95?: number
      readonly seconds?: number
    }
  | { readonly state: 'stopped'; readonly t: number }
  | { readonly state: 'failed'; readonly t: number; readonly failure: FailedEvent }

export const emptyDigest: RunDigest = {
  checkpoints: {},
  warnings: [],
  epochSeconds: [],
  boundaries: 0,
}

/** Kept of many: enough for a person, bounded for a log that warns every batch. */
const keptWarnings = 100
const etaEpochs = 5

/** Folds more events into a digest. */
export function digestEvents(events: Iterable<RunEvent>, from: RunDigest = emptyDigest): RunDigest {
  let digest = from
  for (const event of events) digest = { ...digestEvent(digest, event), latest: event.t }
  return digest
}

function digestEvent(digest: RunDigest, event: RunEvent): RunDigest {
  switch (event.type) {
    case 'started': {
      // A resumed attempt goes on; the end that an earlier one wrote no longer holds.
      const { end: _, ...rest } = digest
      // Layers are what most of the event is, and nothing that is told of a run at a glance.
      const { layers: __, ...started } = event
      return { ...rest, ...bounded(digest), started, epochSeconds: [] }
    }
    case 'progress': {
      const { epoch, batch, batches } = event
      return { ...digest, progress: { epoch, batch, batches } }
    }
    case 'epoch': {
      if (event.amends) return amended(digest, event)
      const best = digest.bestEpoch?.mAP50_95 ?? Number.NEGATIVE_INFINITY
      const better = event.mAP50_95 !== null && event.mAP50_95 > best
      return {
        ...digest,
        lastEpoch: event,
        ...(better ? { bestEpoch: event } : {}),
        epochSeconds: [...digest.epochSeconds, event.seconds].slice(-etaEpochs),
      }
    }
    case 'gamma':
      return digest
    case 'checkpoint': {
      const { path, bytes } = event
      return { ...digest, checkpoints: { ...digest.checkpoints, [event.kind]: { path, bytes } } }
    }
    case 'pruned': {
      const { layers: _, ...pruned } = event
      const output = { path: event.output, bytes: event.bytes.after }
      return { ...digest, pruned, checkpoints: { ...digest.checkpoints, pruned: output } }
    }
    case 'warning': {
      const { code, text } = event
      return { ...digest, warnings: [...digest.warnings, { code, text }].slice(-keptWarnings) }
    }
    case 'finished': {
      const { mAP50, mAP50_95, seconds } = event.summary
      return {
        ...digest,
        ...bounded(digest),
        end: {
          state: 'finished',
          t: event.t,
          ...(typeof mAP50 === 'number' ? { mAP50 } : {}),
          ...(typeof mAP50_95 === 'number' ? { mAP50_95 } : {}),
          ...(typeof seconds === 'number' ? { seconds } : {}),
        },
      }
    }
    case 'stopped':
      return { ...digest, ...bounded(digest), end: { state: 'stopped', t: event.t } }
    case 'failed':
      return { ...digest, ...bounded(digest), end: { state: 'failed', t: event.t, failure: event } }
  }
}

/** An epoch that was told before ended when it was told first. */
function amended(digest: RunDigest, event: EpochEvent): RunDigest {
  const { lastEpoch, bestEpoch } = digest
  const again = (told: EpochEvent | undefined) =>
    told?.epoch === event.epoch ? { ...event, t: told.t } : told
  const [last, best] = [again(lastEpoch), again(bestEpoch)]
  return { ...digest, ...(last ? { lastEpoch: last } : {}), ...(best ? { bestEpoch: best } : {}) }
}

function bounded({ boundaries }: RunDigest): Pick<RunDigest, 'boundaries'> {
  return { boundaries: boundaries + 1 }
}

/** A run that never got a process this long after its folder was made never will. */
const launchPatience = 60_000
/** A run on another machine that logs nothing for this long is taken for gone. */
const silencePatience = 15 * 60_000

/**
 * The state shown to people. `queued`: no process yet, for it waits for a device or is just being made; `starting`: a
 * process, no `started` event yet; `interrupted`: its process, or whoever was starting it, is gone and it never said how
 * it ended.
 *
 * @param alive as `runLiveness` has it; ignored while the manifest names nobody
 */
export function runState(
  manifest: RunManifest,
  digest: RunDigest,
  alive: Liveness,
  now = Date.now(),
): RunState {
  const end = attemptEnd(manifest, digest)
  if (end) return wasKilled(end) ? 'interrupted' : end.state
  if (!manifest.process) return stateBeforeProcess(manifest, alive, now)
  const since = manifest.process.startedAt ?? manifest.createdAt
  const silent = now - Math.max(digest.latest ?? 0, since) > silencePatience
  if (alive === 'gone' || (alive === 'elsewhere' && silent)) return 'interrupted'
  if (manifest.stopRequestedAt !== undefined) return 'stopping'
  return digest.started && isOfAttempt(manifest, digest) ? 'running' : 'starting'
}

function stateBeforeProcess(
  { queued, starter, createdAt }: RunManifest,
  alive: Liveness,
  now: number,
): RunState {
  if (queued) return 'queued'
  if (starter && alive !== 'elsewhere') return alive === 'alive' ? 'queued' : 'interrupted'
  const since = starter?.startedAt ?? createdAt
  // A clock that was set back counts as well as one that went on.
  return Math.abs(now - since) > launchPatience ? 'interrupted' : 'queued'
}

/** Whether the end was told by whoever looked after the process, since it could not itself. */
function wasKilled(end: RunEnd): boolean {
  return end.state === 'failed' && end.failure.code === killedCode
}

/** The end that the manifest's current process or wait, not an earlier attempt, came to. */
export function attemptEnd(manifest: RunManifest, digest: RunDigest): RunEnd | undefined {
  return isOfAttempt(manifest, digest) ? digest.end : undefined
}

/** Whether the latest start or end is of the current attempt. Counted, not timed: a clock may be set back. */
function isOfAttempt(manifest: RunManifest, { boundaries }: RunDigest): boolean {
  const { process, starter, queued } = manifest
  return boundaries > ((process ?? starter ?? queued)?.boundaries ?? 0)
}

export function isEnded(state: RunState): boolean {
  return (
    state === 'finished' || state === 'stopped' || state === 'failed' || state === 'interrupted'
  )
}

/** What a list, a status line and a tree show of a run. */
export type RunSummary = {
  /** Epochs completed. */
  readonly epoch?: number
  readonly epochs?: number
  /** Of the latest evaluation; of a sparse run, of its last epoch. */
  readonly mAP50?: number
  readonly mAP50_95?: number
  readonly best?: { readonly epoch: number; readonly mAP50: number; readonly mAP50_95: number }
  /** After pruning. */
  readonly parameters?: number
  readonly gflops?: number
  /** Of the checkpoint this run is about: the pruned one, else the best, else the last; of a sparse run the last. */
  readonly bytes?: number
  readonly output?: string
  readonly etaSeconds?: number
  readonly seconds?: number
  readonly failure?: {
    readonly code: string
    readonly text: string
    readonly remedy: string
    readonly stderr?: string
  }
  readonly warnings: RunDigest['warnings']
}

/** Derives the summary; `etaSeconds` only while the run is alive. */
export function summarize(
  manifest: RunManifest,
  digest: RunDigest,
  state: RunState,
  now = Date.now(),
): RunSummary {
  const { lastEpoch, bestEpoch, started, pruned, checkpoints } = digest
  const end = attemptEnd(manifest, digest)
  const finished = end?.state === 'finished' ? end : undefined
  const { last, best = last, pruned: cut } = checkpoints
  // The best of a sparse run is an early epoch that is hardly sparse; what is pruned and told of is the last.
  const isSparse = manifest.stage === 'sparse'
  const evaluated = [finished, lastEpoch]
  const scores = isSparse ? evaluated.reverse() : evaluated
  const mAP50 = scores[0]?.mAP50 ?? scores[1]?.mAP50
  const mAP50_95 = scores[0]?.mAP50_95 ?? scores[1]?.mAP50_95
  const output = cut ?? (isSparse ? (last ?? best) : best)
  const epochs = lastEpoch?.epochs ?? started?.epochs
  const eta = state === 'running' ? etaSeconds(digest, now) : undefined
  const begun = manifest.process?.startedAt ?? started?.t
  const seconds = finished?.seconds ?? (begun && digest.latest ? (digest.latest - begun) / 1000 : 0)
  return {
    ...(lastEpoch ? { epoch: lastEpoch.epoch + 1 } : {}),
    ...(epochs !== undefined && epochs > 0 ? { epochs } : {}),
    ...(typeof mAP50 === 'number' ? { mAP50 } : {}),
    ...(typeof mAP50_95 === 'number' ? { mAP50_95 } : {}),
    ...(bestEpoch
      ? {
          best: {
            epoch: bestEpoch.epoch + 1,
            mAP50: bestEpoch.mAP50 ?? Number.NaN,
            mAP50_95: bestEpoch.mAP50_95 ?? Number.NaN,
          },
        }
      : {}),
    ...(pruned ? { parameters: pruned.parameters.after, gflops: pruned.gflops.after } : {}),
    ...(output ? { bytes: output.bytes, output: output.path } : {}),
    ...(eta !== undefined ? { etaSeconds: eta } : {}),
    ...(seconds > 0 ? { seconds } : {}),
    ...(end?.state === 'failed' ? { failure: failureOf(end.failure) } : {}),
    warnings: digest.warnings,
  }
}

/** Seconds to the end of the last epoch, from the mean of the latest five; unknown before the first is over. */
function etaSeconds(digest: RunDigest, now: number): number | undefined {
  const { lastEpoch, epochSeconds } = digest
  if (!lastEpoch || epochSeconds.length === 0) return undefined
  const each = epochSeconds.reduce((a, b) => a + b, 0) / epochSeconds.length
  const left = (lastEpoch.epochs - lastEpoch.epoch - 1) * each
  return Math.max(0, left - (now - lastEpoch.t) / 1000)
}

function failureOf(event: FailedEvent): NonNullable<RunSummary['failure']> {
  const { code, text, remedy, stderr } = event
  return { code, text, remedy, ...(stderr === undefined ? {} : { stderr }) }
}
