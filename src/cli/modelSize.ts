import { openCheckpoint } from '../core/checkpoint/checkpoint'
import { checkpointModel } from '../core/checkpoint/model'
import { moduleTree } from '../core/checkpoint/moduleTree'
import { countParameters } from '../core/slimming/graph'
import type { RunSnapshot } from '../runs/snapshot'

/** Reading a checkpoint's pickle takes some 10 ms; a list of runs shall not take seconds. */
const mostRead = 50

/** The runs with the parameter count of their checkpoint, where the log does not say it and the file can. */
export function withParameters(runs: readonly RunSnapshot[]): RunSnapshot[] {
  let read = 0
  return runs.map((run) => {
    const { output, parameters } = run.summary
    if (output === undefined || parameters !== undefined || read++ >= mostRead) return run
    const counted = parametersOf(output)
    return counted === undefined
      ? run
      : { ...run, summary: { ...run.summary, parameters: counted } }
  })
}

/** Parameters of the model in a checkpoint; undefined when it cannot be read, e.g. while it is being written. */
function parametersOf(path: string): number | undefined {
  try {
    const checkpoint = openCheckpoint(path)
    try {
      return countParameters(moduleTree(checkpoint, checkpointModel(checkpoint.root).model))
    } finally {
      checkpoint.close()
    }
  } catch {
    return undefined
  }
}
