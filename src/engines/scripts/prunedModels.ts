import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { NewEvent } from '../../runs/eventLog'
import { runFiles } from '../../runs/store'
import { isFile } from '../common/inputs'
import type { ScriptConfig } from './contract'

type Found = { readonly path: string; readonly time: number; readonly bytes: number }

/**
 * The checkpoints that a pruning script leaves. Where to is each script's own: beside itself, into `prune/`, or into a
 * folder below `runs/` as YOLOv5's val.py makes one.
 */
export class PrunedModels {
  private readonly seen = new Map<string, number>()
  private told = 0

  constructor(private readonly config: Pick<ScriptConfig, 'cwd' | 'runDir'>) {}

  /** Notes what there is before the script starts. */
  async skipEarlier(): Promise<void> {
    await this.fresh(await this.allPlaces())
  }

  /**
   * What is new since the last call, and no worse a guess than what was told: a reader goes by the latest.
   *
   * @param ended the script is over: folders of others are looked through once, and the model before pruning
   *   (`orign_model.pt`), which such scripts save beside the pruned one, is told where there is nothing else
   */
  async read(ended: boolean): Promise<readonly NewEvent[]> {
    const found = await this.fresh(ended ? await this.allPlaces() : this.ownPlaces())
    const ranked = found.map((one) => ({ ...one, rank: rankOf(basename(one.path)) }))
    ranked.sort((a, b) => a.rank - b.rank || a.time - b.time)
    const least = Math.max(this.told, ended ? (ranked.at(-1)?.rank ?? 0) : 1)
    const kept = ranked.filter(({ rank }) => rank >= least)
    // One that is passed over for now is looked at again in the end.
    for (const { path } of ranked.filter(({ rank }) => rank < least)) this.seen.delete(path)
    this.told = kept.at(-1)?.rank ?? this.told
    return kept.map(({ path, bytes }) => ({ type: 'checkpoint', path, kind: 'pruned', bytes }))
  }

  private ownPlaces(): readonly string[] {
    const { cwd, runDir } = this.config
    return [cwd, join(cwd, 'prune'), runDir, join(runDir, 'weights')]
  }

  private async allPlaces(): Promise<readonly string[]> {
    const runs = join(this.config.cwd, 'runs')
    const kinds = await this.freeFolders(runs)
    const each = (await Promise.all(kinds.map((kind) => this.freeFolders(kind)))).flat()
    const folders = [...kinds, ...each].flatMap((folder) => [folder, join(folder, 'weights')])
    return [...new Set([...this.ownPlaces(), runs, ...folders])]
  }

  private async freeFolders(parent: string): Promise<readonly string[]> {
    const names = await readdir(parent).catch(() => [])
    const paths = names.map((name) => join(parent, name))
    const taken = await Promise.all(paths.map((path) => this.isOthers(path)))
    return paths.filter((_, i) => !taken[i])
  }

  /** Whether another run of ours, or a training by hand, writes there. */
  private async isOthers(folder: string): Promise<boolean> {
    if (folder === this.config.runDir) return false
    const marks = [
      runFiles(folder).manifest,
      join(folder, 'results.csv'),
      join(folder, 'results.txt'),
    ]
    return (await Promise.all(marks.map(isFile))).includes(true)
  }

  /** Checkpoints in some folders that were written since they were last looked at. */
  private async fresh(places: readonly string[]): Promise<readonly Found[]> {
    const found: Found[] = []
    for (const place of places) {
      for (const name of await readdir(place).catch(() => [])) {
        if (!name.endsWith('.pt')) continue
        const path = join(place, name)
        const info = await stat(path).catch(() => undefined)
        if (!info || this.seen.get(path) === info.mtimeMs) continue
        this.seen.set(path, info.mtimeMs)
        found.push({ path, time: info.mtimeMs, bytes: info.size })
      }
    }
    return found
  }
}

function rankOf(name: string): number {
  if (/prun/i.test(name)) return 2
  return /orig/i.test(name) ? 0 : 1
}
