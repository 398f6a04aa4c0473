import { resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { defaultSample, writeSample } from '../../engines/builtin/sample/sample'
import { exitCodes, print, printJson } from '../terminal'

export type SampleCommandOptions = {
  readonly train?: number
  readonly val?: number
  readonly size?: number
  readonly seed?: number
  readonly json?: true
}

/** `sample DIR`: writes a small drawn data set. */
export async function sample(dir: string, options: SampleCommandOptions): Promise<number> {
  const { json, ...given } = options
  const { data, images } = await writeSample(resolve(dir), { ...defaultSample, ...given })
  if (json) printJson({ data, images })
  else print(l10n.t('{0} images of drawn shapes; train with --data {1}', images, data))
  return exitCodes.ok
}
