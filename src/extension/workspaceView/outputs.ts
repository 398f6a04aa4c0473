import type { IndexChange } from '../../runs/index/runIndex'
import type { RunSnapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'

/** The checkpoints that runs are known to have left, to tell when there is something new of them to look at. */
export class RunOutputs {
  private readonly known = new Map<string, string>()

  /** Whether a checkpoint came, went or was written anew. What an index began with is old news. */
  take({ added, changed, removed, initial }: IndexChange): boolean {
    let news = false
    for (const { run } of [...added, ...changed]) {
      const output = outputOf(run)
      news ||= output !== (this.known.get(run.runDir) ?? '')
      this.known.set(run.runDir, output)
    }
    for (const runDir of removed) {
      news ||= (this.known.get(runDir) ?? '') !== ''
      this.known.delete(runDir)
    }
    return news && !initial
  }
}

/** Tells one state of a run's checkpoint from another; a training that ends writes it once more. */
function outputOf({ summary: { output, bytes }, state }: RunSnapshot): string {
  return output === undefined ? '' : [output, bytes, isEnded(state)].join('\n')
}
