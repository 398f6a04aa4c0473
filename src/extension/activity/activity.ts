import { EventEmitter, type LogOutputChannel, RelativePattern, workspace } from 'vscode'
import { manifestLiveness, type RunSnapshot, readRun, readRuns } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { listRuns, runFiles } from '../../runs/store'
import { type RunUpdate, type RunWatch, watchRun } from '../../runs/supervisor'
import type { Checkouts } from '../checkouts/checkouts'
import { DisposableList } from '../common/disposable'
import { writeError, writeLine } from '../log'
import { showLine } from '../notify'
import { collectEnd, collectEventLines } from './collect'
import { OutputTail } from './outputTail'

const outputMs = 500

/**
 * The runs under way in the workspace, whoever started them: found on activation and when their manifest appears,
 * followed into the log until they end.
 */
export class Activity extends DisposableList {
  private readonly changed = this.track(new EventEmitter<void>())
  private readonly followed = new Map<string, RunSnapshot | undefined>()
  private watchers = new DisposableList()

  readonly onDidChange = this.changed.event

  constructor(
    private readonly checkouts: Checkouts,
    private readonly channel: LogOutputChannel,
  ) {
    super()
    this.track(checkouts.onDidChange(() => this.findAgain()))
    this.findAgain()
  }

  override dispose(): void {
    super.dispose()
    this.watchers.dispose()
  }

  /** Runs that have not ended. */
  get alive(): readonly RunSnapshot[] {
    return [...this.followed.values()]
      .filter((run) => run !== undefined)
      .filter(({ state }) => !isEnded(state))
  }

  /** Every run of a checkout, newest first. */
  runs(root: string): Promise<readonly RunSnapshot[]> {
    return readRuns(root)
  }

  /** Follows a run into the log until it ends; does nothing for one that is followed already. */
  follow(runDir: string): void {
    if (this.followed.has(runDir)) return
    this.followed.set(runDir, undefined)
    this.followToEnd(runDir).catch((error: unknown) => writeError(this.channel, error))
  }

  private async followToEnd(runDir: string): Promise<void> {
    const tail = new OutputTail(runFiles(runDir).output)
    let seenAlive = false
    let watch: RunWatch | undefined
    const timer = setInterval(() => void this.writeOutput(tail, runDir), outputMs)
    const stop = this.track({
      dispose: () => {
        clearInterval(timer)
        watch?.dispose()
      },
    })
    try {
      watch = watchRun(runDir, (update) => {
        seenAlive ||= !isEnded(update.run.state)
        this.take(update)
      })
      const end = await watch.ended
      await this.writeOutput(tail, runDir)
      // Ends of long ago are no news.
      const line = end && seenAlive ? collectEnd(end) : undefined
      if (line) {
        writeLine(this.channel, line)
        showLine(this.channel, line)
      }
    } finally {
      stop.dispose()
      this.followed.delete(runDir)
      this.changed.fire()
    }
  }

  private take({ events, run }: RunUpdate): void {
    this.followed.set(run.runDir, run)
    for (const line of events.flatMap(collectEventLines)) {
      writeLine(this.channel, line, `${run.name}: `)
    }
    this.changed.fire()
  }

  private async writeOutput(tail: OutputTail, runDir: string): Promise<void> {
    const lines = await tail.read().catch(() => [])
    const name = this.followed.get(runDir)?.name
    for (const line of lines) this.channel.info(`${name ? `${name} | ` : '| '}${line}`)
  }

  private findAgain(): void {
    this.watchers.dispose()
    this.watchers = new DisposableList()
    for (const { root } of this.checkouts.all) {
      const manifests = new RelativePattern(root, 'runs/*/*/slim/run.json')
      const watcher = this.watchers.track(workspace.createFileSystemWatcher(manifests))
      const look = () => this.followAlive(root)
      this.watchers.track(watcher.onDidCreate(look))
      this.watchers.track(watcher.onDidChange(look))
      look()
    }
  }

  private followAlive(root: string): void {
    this.findAlive(root).catch((error: unknown) => writeError(this.channel, error))
  }

  private async findAlive(root: string): Promise<void> {
    const { runs } = await listRuns(root)
    for (const { runDir, manifest } of runs) {
      if (this.followed.has(runDir)) continue
      const liveness = await manifestLiveness(manifest)
      // Whether a run of another machine goes on, only its log can tell.
      const alive =
        liveness === 'elsewhere' ? !isEnded((await readRun(runDir)).state) : liveness === 'alive'
      if (alive) this.follow(runDir)
    }
  }
}
