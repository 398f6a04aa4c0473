import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openCheckpoint } from '../../core/checkpoint/checkpoint'
import { checkpointModel } from '../../core/checkpoint/model'
import { moduleTree } from '../../core/checkpoint/moduleTree'
import { imageFiles, labelFile } from '../../core/dataset/imageFiles'
import { asSlimError, SlimError } from '../../core/errors'
import { buildChannelGraph } from '../../core/slimming/graph'
import { type Gammas, prunableGammas } from '../../core/slimming/sparsity'
import { parseModelYaml } from '../../core/yolov5/modelYaml'
import type { Detection } from '../../core/yolov5/release'
import { dataSetFor } from '../../engines/common/dataSetFor'
import { inputFile, modelFile } from '../../engines/common/inputs'
import { checkWeights, type WeightsFacts } from '../../engines/common/weights'
import { stampOf } from '../common/stamp'

/** Where a form's paths start, and the release that reads them. */
export type Place = {
  readonly root: string
  /** What is known of the checkout; without one, of a stand-in for it. */
  readonly detection: Detection
  readonly hasCheckout: boolean
}

export type DataFacts = {
  readonly file: string
  readonly nc: number
  /** Images of each split. */
  readonly train: number
  readonly val: number
  /** Of a sample of the training images: how many lack a label file, or name a class beyond `nc`. */
  readonly seen: number
  readonly unlabelled: number
  readonly beyond: { readonly file: string; readonly cls: number } | undefined
  /** Of a sample of those that a list file names: one that is not there. */
  readonly missing: string | undefined
}

/** What of a model yaml bears on a training. */
export type CfgFacts = { readonly file: string; readonly nc: number | undefined }

/** Undefined where its channels are not understood. */
export type GammaFacts = Gammas | undefined

const sampleSize = 64
/** Counting a large data set takes a second; it is not counted anew for each key that is typed. */
const freshMs = 60_000

/** Reads what the checks need of files, each once while it does not change. Nothing in them is executed. */
export class Facts {
  readonly #kept = new Map<string, { readonly value: unknown; readonly until: number }>()

  /** @throws SlimError what `dataSetFor` throws, `data/no-images` */
  async data(name: string, place: Place): Promise<DataFacts> {
    const { root, detection } = place
    const file = await inputFile('--data', name, { cwd: root, root })
    const key = `data ${root} ${detection.release} ${name}`
    return this.#keep(key, file, () => readDataFacts(name, place))
  }

  /** Forgets what may have changed without the file that was stamped, as the images and labels of a data set do. */
  forget(): void {
    this.#kept.clear()
  }

  /** @throws SlimError what `modelFile` throws */
  async cfg(name: string, { root }: Place): Promise<CfgFacts> {
    const file = await modelFile(name, { cwd: root, root })
    const { nc } = parseModelYaml(await readFile(file, 'utf8'))
    return { file, nc }
  }

  /** @throws SlimError what `checkWeights` throws */
  async weights(
    name: string,
    { root, detection }: Place,
    options: { readonly unpickles: boolean; readonly trusted: boolean },
  ): Promise<WeightsFacts> {
    const file = await inputFile('--weights', name, { cwd: root, root })
    const key = `weights ${detection.release} ${options.unpickles} ${options.trusted} ${file}`
    return this.#keep(key, file, async () =>
      checkWeights(file, {
        trusted: options.trusted,
        ...(options.unpickles ? { detection } : {}),
      }),
    )
  }

  async gammas(file: string): Promise<GammaFacts> {
    return this.#keep(`gammas ${file}`, file, async () => readGammas(file))
  }

  async #keep<T>(key: string, file: string, read: () => Promise<T>): Promise<T> {
    const stamped = `${key} ${await stampOf(file)}`
    const now = performance.now()
    const kept = this.#kept.get(stamped)
    if (kept && kept.until > now) return kept.value as T
    for (const [old, { until }] of this.#kept) if (until <= now) this.#kept.delete(old)
    const value = await read()
    this.#kept.set(stamped, { value, until: now + freshMs })
    return value
  }
}

async function readDataFacts(name: string, place: Place): Promise<DataFacts> {
  const { root, detection, hasCheckout } = place
  const as = hasCheckout
    ? detection
    : { ...detection, root: dirname(await inputFile('--data', name, { cwd: root, root })) }
  const set = await dataSetFor(name, { detection: as, cwd: root })
  const [train, val] = await Promise.all([images(set.train, set.cwd), images(set.val, set.cwd)])
  const sample = spread(train, sampleSize)
  let unlabelled = 0
  let beyond: DataFacts['beyond']
  for (const image of sample) {
    const file = labelFile(image, detection.release)
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) unlabelled++
    else beyond ??= beyondClasses(file, text, set.nc)
  }
  return {
    ...{ file: set.file, nc: set.nc, train: train.length, val: val.length },
    ...{ seen: sample.length, unlabelled, beyond },
    missing: sample.find((image) => !existsSync(image)),
  }
}

async function images(paths: readonly string[], cwd: string): Promise<readonly string[]> {
  // Sources that YOLOv5 fetches itself are not there to be counted.
  const local = paths.filter((path) => !/^[a-z][a-z0-9+.-]+:\/\//i.test(path))
  return imageFiles(local, cwd)
}

/** A label that names a class which the data set does not have. */
export function beyondClasses(file: string, text: string, nc: number): DataFacts['beyond'] {
  for (const line of text.split(/\r?\n/)) {
    const cls = Number(line.trim().split(/\s+/)[0] || Number.NaN)
    if (cls >= nc) return { file, cls }
  }
  return undefined
}

/** So many of a list, evenly. */
export function spread<T>(list: readonly T[], count: number): readonly T[] {
  if (list.length <= count) return list
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)] as T)
}

function readGammas(file: string): GammaFacts {
  const checkpoint = openCheckpoint(file)
  try {
    const { model } = checkpointModel(checkpoint.root)
    return prunableGammas(buildChannelGraph(moduleTree(checkpoint, model)))
  } catch (error) {
    if (error instanceof SlimError) return undefined
    throw asSlimError(error)
  } finally {
    checkpoint.close()
  }
}
