import { availableParallelism, freemem } from 'node:os'
import * as l10n from '@vscode/l10n'
import type { BuiltinRelease } from '../contract'
import { DataPool } from '../data/pool'
import { type ImageSet, scanImages } from '../data/scan'
import type { Hyp } from '../training/hyp'
import type { RunContext } from './context'
import type { EngineFiles } from './files'
import { dataOf } from './inputs'

/** At most so much memory, and a quarter of what is free, for decoded images of one set. */
const cacheLimit = 8 * 2 ** 30
const shownProblems = 5

export type SetRequest = {
  readonly release: BuiltinRelease
  readonly singleClass: boolean
  readonly nc: number
  readonly training: boolean
}

/** The images and labels of a split; what is wrong with some of them is told. */
export async function imageSet(
  context: RunContext,
  split: string,
  paths: readonly string[],
  { release, singleClass, nc, training }: SetRequest,
): Promise<ImageSet> {
  const { set, missing, empty, problems } = await scanImages(paths, {
    ...{ release, singleClass, nc, base: dataOf(context).cwd },
    needsLabels: training,
    stop: context.stop,
  })
  const boxes = set.labels.reduce((sum, labels) => sum + labels.boxes.length / 5, 0)
  context.say(
    l10n.t(
      '{0}: {1} images, {2} boxes; {3} without a label file, {4} with an empty one',
      ...[split, set.files.length, boxes, missing, empty],
    ),
  )
  for (const problem of problems.slice(0, shownProblems)) context.warn('data/label', problem)
  const more = problems.length - shownProblems
  if (more > 0) context.warn('data/label', l10n.t('{0} more images like these', more))
  return set
}

export type PoolRequest = {
  readonly set: ImageSet
  readonly release: BuiltinRelease
  readonly imageSize: number
  readonly hyp: Hyp
  readonly seed: number
  readonly augments: boolean
  /** As `--workers` says; more than there are cores help nobody. */
  readonly workers: number
}

export function dataPool(files: EngineFiles, request: PoolRequest): DataPool {
  const { workers, ...start } = request
  return new DataPool({
    start,
    workerFile: files.dataWorker,
    workers: Math.max(1, Math.min(workers, availableParallelism(), request.set.files.length)),
    cacheBytes: Math.min(freemem() / 4, cacheLimit),
  })
}
