import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { NewEvent } from '../../runs/eventLog'
import { runFiles } from '../../runs/store'
import { isFile } from '../common/inputs'
import type { ScriptConfig } from './contract'
import { EventFiles } from './eventFiles'
import { PrunedModels } from './prunedModels'
import { parseResultsCsv, parseResultsText, type ResultRow } from './results'
import { ScalarEpochs } from './scalarEpochs'

type NewEpoch = Extract<NewEvent, { readonly type: 'epoch' }>

/** Folders below which runs of such scripts lie, and how deep. */
const runRoots = ['runs/train', 'runs', 'runs/finetune', 'runs/prune']
/** File systems keep times in steps of up to two seconds. */
const clockSlack = 2000

/** What a script leaves on disk while it runs, as events of ours. */
export class ScriptOutputs {
  private readonly eventFiles = new EventFiles()
  private readonly scalars = new ScalarEpochs()
  /** Epochs that were told without a learning rate. */
  private readonly rateless = new Map<number, NewEpoch>()
  /** Pruning has no epochs: what looks like some is a training beside it. */
  private readonly pruned: PrunedModels | undefined
  private readonly written = new Map<string, number>()
  private lastEpoch = -1
  private lastTime: number
  private folder: string | undefined
  /** Rows of a training that goes on, from before. */
  private rowsBefore = 0
  /** Folders from before, which cannot be the script's. */
  private foldersBefore: ReadonlySet<string> = new Set()
  last: ResultRow | undefined

  constructor(
    private readonly config: ScriptConfig,
    private readonly began: number,
  ) {
    this.lastTime = began
    this.folder = config.writesThere ? config.runDir : config.resumes
    if (config.stage === 'prune') this.pruned = new PrunedModels(config)
  }

  /** Notes what there is before the script starts, so that none of it is taken for the script's. */
  async skipEarlier(): Promise<void> {
    if (this.pruned) return this.pruned.skipEarlier()
    const { resumes } = this.config
    if (resumes !== undefined) {
      this.rowsBefore = (await resultRows(resumes, this.config.gammaRate)).length
      await this.eventFiles.read(resumes)
    } else if (this.folder === undefined) {
      const folders = await this.folders()
      this.foldersBefore = new Set(folders.filter((folder) => folder !== this.config.runDir))
    }
  }

  /**
   * What is new since the last call.
   *
   * @param ended the script is over, and nothing will follow
   */
  async read(ended = false): Promise<readonly NewEvent[]> {
    if (this.pruned) return this.pruned.read(ended)
    this.folder ??= await this.findFolder()
    const { folder } = this
    if (folder === undefined) return []
    return [...(await this.trainingOf(folder, ended)), ...(await this.checkpoints(folder))]
  }

  private async trainingOf(folder: string, ended: boolean): Promise<readonly NewEvent[]> {
    const { gammaRate, epochs: planned, sr } = this.config
    // First, for the results file has an epoch before these do.
    const { gammas, scalars } = await this.eventFiles.read(folder)
    this.scalars.add(scalars)
    const written = await resultRows(folder, gammaRate, this.began - clockSlack)
    const hasFile = written.length > 0 || this.rowsBefore > 0
    const all = hasFile ? written.slice(this.rowsBefore) : this.scalars.rows(gammaRate, ended)
    const rows = all.filter(({ epoch }) => epoch > this.lastEpoch)
    const now = Date.now()
    const seconds = (now - this.lastTime) / 1000 / Math.max(1, rows.length)
    const late = this.lateRates()
    const epochs = rows.map((row): NewEvent => {
      const lr = row.lr ?? this.scalars.rate(row.epoch, gammaRate)
      const told = { ...row, lr, epochs: Math.max(planned, row.epoch + 1), sr, seconds }
      const event: NewEpoch = { type: 'epoch', ...told }
      this.lastEpoch = row.epoch
      this.last = row
      if (lr === null) this.rateless.set(row.epoch, event)
      return event
    })
    if (rows.length > 0) this.lastTime = now
    return [...late, ...epochs, ...gammas.map((event): NewEvent => ({ type: 'gamma', ...event }))]
  }

  /** Epochs told before, whose learning rate came later: TensorBoard's writer keeps values back for up to two minutes. */
  private lateRates(): readonly NewEvent[] {
    return [...this.rateless].flatMap(([epoch, event]): NewEvent[] => {
      const lr = this.scalars.rate(epoch, this.config.gammaRate)
      if (lr === null) return []
      this.rateless.delete(epoch)
      return [{ ...event, lr, amends: true }]
    })
  }

  /** The folder that a script which takes no `--project` began to write: a new one, and not of another run of ours. */
  private async findFolder(): Promise<string | undefined> {
    const found: { folder: string; born: number }[] = []
    for (const folder of await this.folders()) {
      if (this.foldersBefore.has(folder)) continue
      const names = await readdir(folder).catch(() => [])
      if (!names.some((one) => /^(?:opt\.yaml|weights|results\.(?:csv|txt)|events\.out)/.test(one)))
        continue
      if (folder !== this.config.runDir && (await isFile(runFiles(folder).manifest))) continue
      const info = await stat(folder).catch(() => undefined)
      if (info) found.push({ folder, born: Math.max(info.birthtimeMs, info.mtimeMs) })
    }
    return found.sort((a, b) => b.born - a.born)[0]?.folder
  }

  private async folders(): Promise<readonly string[]> {
    const parents = runRoots.map((root) => join(this.config.cwd, root))
    const found = parents.map(async (parent) =>
      (await readdir(parent).catch(() => [])).map((name) => join(parent, name)),
    )
    return (await Promise.all(found)).flat()
  }

  private async checkpoints(folder: string): Promise<readonly NewEvent[]> {
    const weights = join(folder, 'weights')
    const events: NewEvent[] = []
    for (const name of await readdir(weights).catch(() => [])) {
      if (!name.endsWith('.pt')) continue
      const path = join(weights, name)
      const info = await stat(path).catch(() => undefined)
      if (!info || info.mtimeMs < this.began - clockSlack) continue
      if (this.written.get(path) === info.mtimeMs) continue
      this.written.set(path, info.mtimeMs)
      const kind = kindOf(name)
      if (kind) events.push({ type: 'checkpoint', path, kind, bytes: info.size })
    }
    return events
  }
}

/** Rows of a folder's results file; none of one that was not written since. */
async function resultRows(
  folder: string,
  gammaRate: ScriptConfig['gammaRate'],
  since = 0,
): Promise<readonly ResultRow[]> {
  const csv = await textSince(join(folder, 'results.csv'), since)
  if (csv !== undefined) return parseResultsCsv(csv, gammaRate)
  const text = await textSince(join(folder, 'results.txt'), since)
  return text === undefined ? [] : parseResultsText(text)
}

async function textSince(path: string, since: number): Promise<string | undefined> {
  const info = await stat(path).catch(() => undefined)
  if (!info || info.mtimeMs < since) return undefined
  return readFile(path, 'utf8').catch(() => undefined)
}

function kindOf(name: string): 'last' | 'best' | undefined {
  if (/best/i.test(name)) return 'best'
  return /last/i.test(name) ? 'last' : undefined
}
