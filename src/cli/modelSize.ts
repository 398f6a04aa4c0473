import { type Checkpoint, openCheckpoint } from '../core/checkpoint/checkpoint'
import { checkpointModel } from '../core/checkpoint/model'
import { moduleTree } from '../core/checkpoint/moduleTree'
import { buildChannelGraph, countParameters } from '../core/slimming/graph'
import type { ModuleNode } from '../core/slimming/moduleTree'
import type { ReportModel } from '../runs/reportData'
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

/** Prunable channels, parameters and bytes of a checkpoint; undefined when it cannot be read. */
export function modelFacts(path: string): ReportModel | undefined {
  return withModel(path, (tree, { size }) => {
    const { norms } = buildChannelGraph(tree)
    return {
      channels: norms.reduce((sum, norm) => sum + (norm.prunable ? norm.channels : 0), 0),
      parameters: countParameters(tree),
      bytes: size,
    }
  })
}

/** Parameters of the model in a checkpoint; undefined when it cannot be read, e.g. while it is being written. */
function parametersOf(path: string): number | undefined {
  return withModel(path, countParameters)
}

function withModel<T>(
  path: string,
  read: (tree: ModuleNode, checkpoint: Checkpoint) => T,
): T | undefined {
  try {
    const checkpoint = openCheckpoint(path)
    try {
      return read(moduleTree(checkpoint, checkpointModel(checkpoint.root).model), checkpoint)
    } finally {
      checkpoint.close()
    }
  } catch {
    return undefined
  }
}
