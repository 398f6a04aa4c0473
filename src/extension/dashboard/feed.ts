import type { EpochColumns } from '../../runs/epochTable'
import { emptyBlock, type GammaBlock, mergeBlocks, packGammas } from '../../runs/gammaBlock'
import { RunHistory } from '../../runs/history'
import { manifestLiveness, type RunSnapshot, snapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { readManifest } from '../../runs/store'
import { collectAdvice, collectAdviceInput } from './adviceInput'
import type { AdviceView, PrunedView } from './contract'
import { chooseGammas } from './gammaChoice'

/** What a look at a run brought, for its page. */
export type FeedUpdate = {
  readonly run: RunSnapshot
  readonly epochs?: { readonly reset: boolean; readonly rows: EpochColumns }
  readonly gammas?: {
    readonly reset: boolean
    readonly block: GammaBlock
    readonly available: Float64Array
  }
  readonly advice?: AdviceView | null
  /** What the run pruned, once. */
  readonly pruned?: PrunedView
}

/** Milliseconds between looks at the manifest and the process of a run that has ended: it may be resumed. */
const endedMs = 5000

/** One run for one page: each look costs what its log has got since the last. */
export class RunFeed {
  run: RunSnapshot | undefined
  private readonly history: RunHistory
  private readonly sent = new Set<number>()
  private block: GammaBlock = emptyBlock
  private everything = true
  private start: number | undefined
  private looked = Number.NEGATIVE_INFINITY

  constructor(readonly runDir: string) {
    this.history = new RunHistory(runDir)
  }

  /** mAP50 of what the run started from, for the advice. */
  set before(score: number | undefined) {
    if (score === this.start) return
    this.start = score
    this.everything = true
  }

  /** The page was made anew: the next look tells all. */
  startOver(): void {
    this.everything = true
  }

  /**
   * What is new since the last look; undefined when nothing is.
   *
   * @param now milliseconds of a clock that is never set
   * @throws SlimError `runs/no-manifest`, `runs/bad-manifest`
   */
  async look(now = performance.now()): Promise<FeedUpdate | undefined> {
    const ended = this.run && isEnded(this.run.state)
    if (ended && !this.everything && now - this.looked < endedMs) return undefined
    this.looked = now
    const change = await this.history.read()
    const manifest = await readManifest(this.runDir)
    const alive = await manifestLiveness(manifest)
    const run = snapshot(this.runDir, manifest, this.history.digest, alive)
    const same = run.state === this.run?.state && !change.changed && !change.reset
    this.run = run
    if (same && !this.everything) return undefined
    const all = this.everything || change.reset
    this.everything = false
    const { table, pruned } = this.history
    const gammas = await this.nextGammas(all, change.gammas)
    const input = collectAdviceInput(manifest, run.digest, table, this.block, this.start)
    const news = all || change.epochs.length > 0 || gammas !== undefined
    return {
      run,
      ...(all
        ? { epochs: { reset: true, rows: table.rows() } }
        : change.epochs.length > 0
          ? { epochs: { reset: false, rows: table.rows(change.epochs) } }
          : {}),
      ...(gammas ? { gammas } : {}),
      ...(pruned && (all || change.changed) ? { pruned } : {}),
      ...(news ? { advice: input ? collectAdvice(input) : null } : {}),
    }
  }

  /** The gammas of one epoch, exactly; undefined when it has none. */
  async exactly(epoch: number): Promise<GammaBlock | undefined> {
    const events = await this.history.gammas([epoch])
    return events.length > 0 ? packGammas(events) : undefined
  }

  private async nextGammas(
    all: boolean,
    fresh: readonly number[],
  ): Promise<FeedUpdate['gammas'] | undefined> {
    if (all) this.sent.clear()
    const available = this.history.gammaEpochs
    const { reset, epochs } = chooseGammas(this.sent, available, fresh)
    if (epochs.length === 0 && !all) return undefined
    const block = packGammas(await this.history.gammas(epochs))
    if (reset) this.sent.clear()
    for (const epoch of epochs) this.sent.add(epoch)
    this.block = mergeBlocks(reset ? emptyBlock : this.block, block)
    return { reset: reset || all, block, available: Float64Array.from(available) }
  }
}
