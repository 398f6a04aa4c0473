import * as l10n from '@vscode/l10n'
import { splitFolder } from '../../core/dataset/splitFolder'
import { exitCodes, print, printJson } from '../terminal'

export type SplitCommandOptions = {
  readonly val: number
  readonly test: number
  readonly seed: number
  readonly copy?: string
  readonly force?: true
  readonly json?: true
}

/** `split DIR`: divides images into training, validation and test images. */
export async function split(dir: string, options: SplitCommandOptions): Promise<number> {
  const { val, test, seed, copy, force, json } = options
  const report = await splitFolder(dir, {
    ...{ val, test, seed, overwrite: force === true },
    ...(copy === undefined ? {} : { copyTo: copy }),
  })
  if (json) {
    printJson(report)
    return exitCodes.ok
  }
  const { counts, paths, images, unlabelled } = report
  print(l10n.t('{0} images, {1} of them without boxes', images, unlabelled))
  print(`train: ${paths.train}  # ${counts.train}`, `val: ${paths.val}  # ${counts.val}`)
  if (paths.test !== undefined) print(`test: ${paths.test}  # ${counts.test}`)
  return exitCodes.ok
}
