import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { NewEvent } from '../../runs/eventLog'
import type { ScriptConfig } from './contract'
import { EventFiles } from './eventFiles'
import { parseResultsCsv, parseResultsText, type ResultRow } from './results'

/** Folders below which runs of such scripts lie, and how deep. */
const runRoots = ['runs/train', 'runs', 'runs/finetune', 'runs/prune']
/** File systems keep times in steps of up to two seconds. */
const clockSlack = 2000

/** What a script leaves on disk while it runs, as events of ours. */
export class ScriptOutputs {
  private readonly eventFiles = new EventFiles()
  private readonly written = new Map<string, number>()
  private lastEpoch = -1
  private lastTime: number
  private folder: string | undefined
  last: ResultRow | undefined

  constructor(
    private readonly config: ScriptConfig,
    private readonly began: number,
  ) {
    this.lastTime = began
    this.folder = config.writesThere ? config.runDir : undefined
  }

  /** What is new since the last call. */
  async read(): Promise<readonly NewEvent[]> {
    this.folder ??= await this.findFolder()
    const { folder } = this
    const trained = folder === undefined ? [] : await this.trainingOf(folder)
    return [...trained, ...(await this.checkpoints())]
  }

  private async trainingOf(folder: string): Promise<readonly NewEvent[]> {
    const rows = (await this.rows(folder)).filter(({ epoch }) => epoch > this.lastEpoch)
    const now = Date.now()
    const seconds = (now - this.lastTime) / 1000 / Math.max(1, rows.length)
    const epochs = rows.map((row): NewEvent => {
      this.lastEpoch = row.epoch
      this.last = row
      const { epochs, sr } = this.config
      return { type: 'epoch', ...row, epochs: Math.max(epochs, row.epoch + 1), sr, seconds }
    })
    if (rows.length > 0) this.lastTime = now
    const gammas = await this.eventFiles.read(folder)
    return [...epochs, ...gammas.map((event): NewEvent => ({ type: 'gamma', ...event }))]
  }

  private async rows(folder: string): Promise<readonly ResultRow[]> {
    const csv = await this.freshText(join(folder, 'results.csv'))
    if (csv !== undefined) return parseResultsCsv(csv, this.config.gammaRate)
    const text = await this.freshText(join(folder, 'results.txt'))
    return text === undefined ? [] : parseResultsText(text)
  }

  private async freshText(path: string): Promise<string | undefined> {
    const info = await stat(path).catch(() => undefined)
    if (!info || info.mtimeMs < this.began - clockSlack) return undefined
    return readFile(path, 'utf8').catch(() => undefined)
  }

  /** The folder that a script which takes no `--project` began to write. */
  private async findFolder(): Promise<string | undefined> {
    const found: { folder: string; born: number }[] = []
    for (const root of runRoots) {
      const parent = join(this.config.cwd, root)
      for (const name of await readdir(parent).catch(() => [])) {
        const folder = join(parent, name)
        const names = await readdir(folder).catch(() => [])
        if (
          !names.some((one) => /^(?:opt\.yaml|weights|results\.(?:csv|txt)|events\.out)/.test(one))
        )
          continue
        const { birthtimeMs, mtimeMs } = await stat(folder)
        const born = Math.max(birthtimeMs, mtimeMs)
        if (born >= this.began - clockSlack) found.push({ folder, born })
      }
    }
    return found.sort((a, b) => b.born - a.born)[0]?.folder
  }

  private async checkpoints(): Promise<readonly NewEvent[]> {
    const weights = this.folder === undefined ? [] : [join(this.folder, 'weights')]
    // Pruning scripts write beside themselves.
    const places = this.config.stage === 'prune' ? [...weights, this.config.cwd] : weights
    const events: NewEvent[] = []
    for (const place of places) {
      for (const name of await readdir(place).catch(() => [])) {
        if (!name.endsWith('.pt')) continue
        const path = join(place, name)
        const info = await stat(path).catch(() => undefined)
        if (!info || info.mtimeMs < this.began - clockSlack) continue
        if (this.written.get(path) === info.mtimeMs) continue
        this.written.set(path, info.mtimeMs)
        const kind = kindOf(name, this.config.stage)
        if (kind) events.push({ type: 'checkpoint', path, kind, bytes: info.size })
      }
    }
    return events
  }
}

function kindOf(
  name: string,
  stage: ScriptConfig['stage'],
): 'last' | 'best' | 'pruned' | undefined {
  if (stage === 'prune') return 'pruned'
  if (/best/i.test(name)) return 'best'
  return /last/i.test(name) ? 'last' : undefined
}
