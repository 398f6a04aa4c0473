import { resolve } from 'node:path'
import { type DataSet, loadDataYaml } from '../../core/dataset/dataSet'
import { SlimError } from '../../core/errors'
import type { Detection } from '../../core/yolov5/release'
import { inputFile } from './inputs'

/**
 * Paths in a data.yaml may be relative to where the script runs: the person's folder as they would run it
 * themselves, or the checkout, as tutorials do.
 */
export async function dataSetFor(
  name: string,
  { detection, cwd }: { readonly detection: Detection; readonly cwd: string },
): Promise<DataSet & { readonly cwd: string }> {
  const file = await inputFile('--data', name, { cwd, root: detection.root })
  try {
    const set = await loadDataYaml(file, detection, { cwd: detection.root })
    return { ...set, cwd: detection.root }
  } catch (error) {
    const elsewhere = resolve(cwd) !== resolve(detection.root)
    if (!(error instanceof SlimError) || error.code !== 'data/missing-path' || !elsewhere)
      throw error
    return { ...(await loadDataYaml(file, detection, { cwd })), cwd }
  }
}
