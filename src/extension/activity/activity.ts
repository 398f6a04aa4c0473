import { EventEmitter, type LogOutputChannel, window, workspace } from 'vscode'
import type { EntryUpdate } from '../../runs/index/entry'
import type { IndexChange } from '../../runs/index/runIndex'
import type { RunSnapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { runFiles } from '../../runs/store'
import { DisposableList } from '../common/disposable'
import { settings } from '../contributions'
import { writeError, writeLine } from '../log'
import type { WorkspaceRuns } from '../runs/workspaceRuns'
import { announcement, type Notifications, notificationChoices } from './announcement'
import { collectEnd, collectEventLines, type LogLine } from './collect'
import { OutputTail } from './outputTail'

const outputMs = 500

/** Tells of the runs under way, whoever started them: in the log as they go on, and in words when they end. */
export class Activity extends DisposableList {
  private readonly changed = this.track(new EventEmitter<void>())
  private readonly tails = new Map<string, OutputTail>()

  readonly onDidChange = this.changed.event

  /** @param announce tells a person what the log also says */
  constructor(
    private readonly workspaceRuns: WorkspaceRuns,
    private readonly channel: LogOutputChannel,
    private readonly announce: (run: RunSnapshot, line: LogLine) => void,
  ) {
    super()
    this.track(workspaceRuns.onDidChange((change) => this.take(change)))
    const timer = setInterval(() => void this.writeOutputs(), outputMs)
    this.track({ dispose: () => clearInterval(timer) })
  }

  /** Runs that have not ended. */
  get alive(): readonly RunSnapshot[] {
    return this.workspaceRuns.alive
  }

  /** Every run of a checkout, newest first. */
  runs(root: string): Promise<readonly RunSnapshot[]> {
    return this.workspaceRuns.below(root)
  }

  /** Takes up a run that was just started. */
  follow(runDir: string): void {
    this.workspaceRuns.follow(runDir).catch((error: unknown) => writeError(this.channel, error))
  }

  private take({ added, changed, removed, initial }: IndexChange): void {
    for (const update of added) this.takeOne(update, initial)
    for (const update of changed) this.takeOne(update, false)
    for (const runDir of removed) this.tails.delete(runDir)
    this.changed.fire()
  }

  private takeOne({ run, events }: EntryUpdate, initial: boolean): void {
    const followed = this.tails.has(run.runDir)
    const ended = isEnded(run.state)
    // What somebody copied here has ended elsewhere, and is no news.
    if (ended && !followed) return
    if (!followed) this.tails.set(run.runDir, new OutputTail(runFiles(run.runDir).output))
    if (!initial) {
      for (const line of events.flatMap(collectEventLines)) {
        writeLine(this.channel, line, `${run.name}: `)
      }
    }
    if (ended) void this.end(run)
  }

  private async end(run: RunSnapshot): Promise<void> {
    const tail = this.tails.get(run.runDir)
    this.tails.delete(run.runDir)
    if (tail) await this.writeOutput(tail, run.name)
    const line = collectEnd(run)
    if (!line) return
    writeLine(this.channel, line)
    const shown = announcement(line, window.state.focused, wantedNotifications())
    if (shown === 'notification') this.announce(run, line)
    else window.setStatusBarMessage(line.text, 15_000)
  }

  private async writeOutputs(): Promise<void> {
    for (const [runDir, tail] of this.tails) {
      await this.writeOutput(tail, this.workspaceRuns.get(runDir)?.name ?? '')
    }
  }

  private async writeOutput(tail: OutputTail, name: string): Promise<void> {
    const lines = await tail.read().catch(() => [])
    for (const line of lines) this.channel.info(`${name} | ${line}`)
  }
}

function wantedNotifications(): Notifications {
  const value = workspace.getConfiguration(settings.section).get<string>(settings.notifications)
  return notificationChoices.find((one) => one === value) ?? 'all'
}
