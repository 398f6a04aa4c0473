import { mkdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { appendWhole } from '../../../core/disk/diskErrors'
import { writeFileAtomically } from '../../../core/disk/writeFileAtomically'
import type { BatchSource } from '../contract'
import type { Detections } from '../evaluation/decode'
import type { DetectOptions } from '../stage/options'
import type { RunContext } from './context'
import { drawDetections } from './drawing'
import { labelLines } from './validate'

/**
 * Writes what was found in one image as `predict` is asked to: drawn on a copy of it, and as labels.
 *
 * @param found detections in pixels of the image
 * @throws SlimError `disk/full`, `disk/read-only`, `disk/folder-gone`
 */
export async function saveFound(
  context: Pick<RunContext, 'path'>,
  source: BatchSource,
  found: Detections,
  options: DetectOptions,
  names: readonly string[],
): Promise<void> {
  const name = basename(source.path)
  if (options.savesImages) {
    const output = context.path(name)
    const image =
      found.length === 0
        ? await readFile(source.path)
        : await drawDetections(source.path, source.original, found, name, { names, ...options })
    await writeFileAtomically(output, image)
  }
  if (options.savesText && found.length > 0) {
    await mkdir(context.path('labels'), { recursive: true })
    const file = join(context.path('labels'), name.replace(/\.[^.]*$/, '.txt'))
    await appendWhole(file, labelLines(source, found, options.savesConfidence))
  }
}
