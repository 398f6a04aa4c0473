import { openCheckpoint } from '../checkpoint/checkpoint'
import { inspectCheckpoint } from '../checkpoint/inspect'
import type { CheckpointFacts } from './weightsCheck'

/**
 * Reads a checkpoint as data, executing nothing of it; undefined for what is none. A hostile file may take long:
 * this is for a process of its own.
 */
export function checkpointFacts(path: string): CheckpointFacts | undefined {
  try {
    const checkpoint = openCheckpoint(path)
    try {
      const { release, modelClass, names, globals, unsafeGlobals, obstacle } =
        inspectCheckpoint(checkpoint)
      return { release, modelClass, names, globals, unsafeGlobals, obstacle }
    } finally {
      checkpoint.close()
    }
  } catch {
    return undefined
  }
}
