import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { mapParallel } from '../../runs/index/parallel'
import type { RunSnapshot } from '../../runs/snapshot'
import { assumedFacts, type RunFacts } from './tags'

/**
 * Which files of runs are there, looked up behind the back of the tree: a row is shown with what its log says, and
 * again when that proves wrong. Thousands of rows shall not wait for thousands of files.
 */
export class FactFinder {
  private readonly known = new Map<string, { readonly of: RunSnapshot; readonly facts: RunFacts }>()
  private readonly wanted = new Map<string, RunSnapshot>()
  private looking = false

  /** @param tell told of runs whose files are not as their logs say */
  constructor(private readonly tell: (runDirs: readonly string[]) => void) {}

  factsOf(run: RunSnapshot): RunFacts {
    const known = this.known.get(run.runDir)
    if (known?.of !== run) {
      this.wanted.set(run.runDir, run)
      if (!this.looking) {
        this.looking = true
        setImmediate(() => void this.look())
      }
    }
    return known?.facts ?? assumedFacts(run)
  }

  /** Looks again at every file that is asked for. */
  forget(): void {
    this.known.clear()
  }

  private async look(): Promise<void> {
    while (this.wanted.size > 0) {
      const runs = [...this.wanted.values()]
      this.wanted.clear()
      const wrong = await mapParallel(
        runs,
        async (run) => {
          const shown = this.known.get(run.runDir)?.facts ?? assumedFacts(run)
          const facts = await readFacts(run)
          this.known.set(run.runDir, { of: run, facts })
          const same = facts.output === shown.output && facts.last === shown.last
          return same ? undefined : run.runDir
        },
        8,
      )
      const dirs = wrong.filter((dir) => dir !== undefined)
      if (dirs.length > 0) this.tell(dirs)
    }
    this.looking = false
  }
}

async function readFacts({ runDir, summary }: RunSnapshot): Promise<RunFacts> {
  const { output } = summary
  const [there, last, options] = await Promise.all([
    output === undefined ? false : isFile(resolve(runDir, output)),
    isFile(join(runDir, 'weights', 'last.pt')),
    isFile(join(runDir, 'opt.yaml')),
  ])
  return { output: there, last: last && options }
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  )
}
