import { openCheckpoint } from '../../core/checkpoint/checkpoint'
import { checkpointNorms, checkpointView } from '../checkpointView'
import { requireFile } from '../files'
import { exitCodes, print } from '../terminal'

/** `internal-checkpoint FILE`: what the editor shows of a checkpoint, as one line of JSON. */
export async function internalCheckpoint(
  file: string,
  options: { readonly norms?: true },
): Promise<number> {
  await requireFile('FILE', file)
  const checkpoint = openCheckpoint(file)
  try {
    const view = options.norms ? checkpointNorms(checkpoint) : checkpointView(checkpoint)
    print(JSON.stringify(view))
    return exitCodes.ok
  } finally {
    checkpoint.close()
  }
}
