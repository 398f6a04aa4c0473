import type { EpochColumns } from '../../runs/epochTable'
import { emptyBlock, type GammaBlock, mergeBlocks } from '../../runs/gammaBlock'
import { joinChanges, RunHistory } from '../../runs/history'
import { ProcessWatch } from '../../runs/processWatch'
import { isSameState, type RunSnapshot, snapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { readManifest } from '../../runs/store'
import { collectAdvice, collectAdviceInput } from './adviceInput'
import type { AdviceView, PrunedView } from './contract'
import { chooseGammas } from './gammaChoice'

/** What a look at a run brought, for its page. */
export type FeedUpdate = {
  readonly run: RunSnapshot
  readonly epochs?: { readonly reset: boolean; readonly rows: EpochColumns }
  /** What the run pruned, once. */
  readonly pruned?: PrunedView
}

/** What a look at its gammas brought. */
export type GammaUpdate = {
  readonly gammas?: {
    readonly reset: boolean
    readonly block: GammaBlock
    readonly available: Float64Array
  }
  readonly advice: AdviceView | null
}

/** Milliseconds between looks at the manifest and the process of a run that has ended: it may be resumed. */
const endedMs = 5000

/**
 * One run for one page: each look costs what its log has got since the last. Gammas are looked at apart, after the rest,
 * since they are most of a log and take the longest.
 */
export class RunFeed {
  run: RunSnapshot | undefined
  private readonly history: RunHistory
  private readonly process: ProcessWatch
  private readonly tellAll = new TellAll()
  private looked = Number.NEGATIVE_INFINITY
  private block: GammaBlock = emptyBlock
  private readonly sent = new Set<number>()
  /** Epochs whose gammas came or were replaced since the last look at them. */
  private readonly fresh = new Set<number>()
  private readonly tellAllGammas = new TellAll()
  private adviceStale = false
  private start: number | undefined

  constructor(readonly runDir: string) {
    this.history = new RunHistory(runDir)
    this.process = new ProcessWatch(runDir)
  }

  /** mAP50 of what the run started from, for the advice. */
  set before(score: number | undefined) {
    if (score === this.start) return
    this.start = score
    this.adviceStale = true
  }

  /** The page was made anew: the look that is under way tells all, or else the next. */
  startOver(): void {
    this.tellAll.ask()
    this.tellAllGammas.ask()
  }

  /**
   * What is new since the last look; undefined when nothing is. The look after one that failed tells all.
   *
   * @param now milliseconds of a clock that is never set
   * @throws SlimError `runs/no-manifest`, `runs/bad-manifest`
   */
  async look(now = performance.now()): Promise<FeedUpdate | undefined> {
    const ended = this.run && isEnded(this.run.state)
    if (ended && !this.tellAll.asked && now - this.looked < endedMs) return undefined
    this.looked = now
    return this.tellAll
      .during((all) => this.news(all, now))
      .catch((error: unknown) => this.failed(error))
  }

  /** What is new of the gammas and of the advice that goes by them; undefined when nothing is. */
  async lookAtGammas(): Promise<GammaUpdate | undefined> {
    const due = this.tellAllGammas.asked || this.adviceStale || this.fresh.size > 0
    if (!this.run || !due) return undefined
    const { manifest, digest } = this.run
    const fresh = [...this.fresh]
    this.adviceStale = false
    this.fresh.clear()
    const gammas = await this.tellAllGammas
      .during((all) => this.nextGammas(all, fresh))
      .catch((error: unknown) => this.failed(error))
    const input = collectAdviceInput(manifest, digest, this.history.table, this.block, this.start)
    return { ...(gammas ? { gammas } : {}), advice: input ? collectAdvice(input) : null }
  }

  /** The gammas of one epoch, exactly; undefined when it has none. */
  async exactly(epoch: number): Promise<GammaBlock | undefined> {
    const block = await this.history.gammas([epoch])
    return block.epochs.length > 0 ? block : undefined
  }

  private async news(everything: boolean, now: number): Promise<FeedUpdate | undefined> {
    const first = await this.history.read()
    const manifest = await readManifest(this.runDir)
    const lived = this.run !== undefined && !isEnded(this.run.state)
    const { digest } = this.history
    const alive = await this.process.look({ manifest, digest, lived, now })
    // It may have said its last word after the log was read and before it was found gone.
    const change = alive === 'gone' ? joinChanges(first, await this.history.read()) : first
    const run = snapshot(this.runDir, manifest, this.history.digest, alive)
    const same = isSameState(run, this.run) && !change.changed && !change.reset
    this.run = run
    if (change.reset) this.forgetGammas()
    for (const epoch of change.gammas) this.fresh.add(epoch)
    if (change.epochs.length > 0) this.adviceStale = true
    if (same && !everything) return undefined
    const all = everything || change.reset
    const { table, pruned } = this.history
    return {
      run,
      ...(all
        ? { epochs: { reset: true, rows: table.rows() } }
        : change.epochs.length > 0
          ? { epochs: { reset: false, rows: table.rows(change.epochs) } }
          : {}),
      ...(pruned && (all || change.changed) ? { pruned } : {}),
    }
  }

  /** Of what was read before something failed, nobody has been told. */
  private failed(error: unknown): never {
    this.adviceStale = true
    this.forgetGammas()
    this.tellAll.ask()
    throw error
  }

  private forgetGammas(): void {
    this.fresh.clear()
    this.sent.clear()
    this.block = emptyBlock
    this.tellAllGammas.ask()
  }

  /** @param all tell also what was told before; it is kept, since parsing it again takes as long as the first time */
  private async nextGammas(
    all: boolean,
    fresh: readonly number[],
  ): Promise<GammaUpdate['gammas'] | undefined> {
    const epochsHere = this.history.gammaEpochs
    const { reset, epochs } = chooseGammas(this.sent, epochsHere, fresh)
    if (epochs.length === 0 && !all) return undefined
    const block = await this.history.gammas(epochs)
    if (reset) this.sent.clear()
    for (const epoch of epochs) this.sent.add(epoch)
    this.block = mergeBlocks(reset ? emptyBlock : this.block, block)
    const available = Float64Array.from(epochsHere)
    return all ? { reset: true, block: this.block, available } : { reset, block, available }
  }
}

/** Whether all is to be told, and not just what is new: at first, and when it is asked for. */
class TellAll {
  asked = true
  private underWay = false

  /** A telling of all that is under way is answer enough. */
  ask(): void {
    this.asked = !this.underWay
  }

  async during<T>(tell: (all: boolean) => Promise<T>): Promise<T> {
    this.underWay = this.asked
    this.asked = false
    try {
      return await tell(this.underWay)
    } finally {
      this.underWay = false
    }
  }
}
