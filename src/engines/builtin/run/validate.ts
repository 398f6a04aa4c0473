import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { appendWhole } from '../../../core/disk/diskErrors'
import { writeFileAtomically } from '../../../core/disk/writeFileAtomically'
import { padColumnsStart } from '../../../runs/format/width'
import { openModelFile } from '../checkpoint/open'
import type { BatchSource } from '../contract'
import { rectangularPlans } from '../data/plans'
import type { Detections } from '../evaluation/decode'
import { type Evaluation, evaluate } from '../evaluation/evaluate'
import { fromStateDict } from '../model/layout'
import { coarsestStride, fittedSize, type ValOptions, valOptions } from '../stage/options'
import { defaultHyp, lossOptions } from '../training/hyp'
import type { RunContext } from './context'
import { dataPool, imageSet } from './data'
import type { EngineFiles } from './files'
import { dataOf } from './inputs'
import { startLearner } from './learner'
import type { TrainSummary } from './train'
import { versions } from './versions'

/** `val`: scores a checkpoint on a split of the data set. */
export async function valStage(context: RunContext, files: EngineFiles): Promise<TrainSummary> {
  const began = performance.now()
  const { config } = context
  const data = dataOf(context)
  const open = openModelFile(config.weights ?? '')
  const release = config.release ?? open.release
  const options = valOptions(config.opt)
  const { batchSize, singleClass } = options
  const imageSize = fittedSize(options.imageSize, open.head.strides)
  const set = await imageSet(context, options.task, data[options.task], {
    ...{ release, singleClass, nc: data.nc, training: false },
  })
  const hyp = defaultHyp(release)
  const loss = lossOptions(hyp, open.head, imageSize, 0)
  const learner = await startLearner(context, files, open, loss, batchSize)
  const request = { set, release, imageSize, hyp, seed: 0, augments: false }
  const pool = dataPool(files, { ...request, workers: options.workers })
  context.closing(() => pool.dispose())
  context.emit({
    type: 'started',
    ...{ engine: 'builtin', devices: [learner.device], versions: versions() },
    ...{ epochs: 0, batchSize, imageSize, layers: [] },
  })
  const { parameters, statistics } = fromStateDict(open.layout, open.tensors)
  await learner.load(parameters, statistics)
  const stride = coarsestStride(open.head.strides)
  const plans = rectangularPlans(set, batchSize, imageSize, stride, 0.5)
  const saver = new DetectionSaver(context, options)
  const found = await evaluate(
    learner,
    pool.batches(0, plans),
    {
      ...{ release, singleClass, confidence: options.confidence, iou: options.iou },
      maxDetections: options.maxDetections,
    },
    { stop: context.stop, onImage: (source, detections) => saver.add(source, detections) },
  )
  await saver.finish(basename(open.name, '.pt'))
  report(context, found, open.names, options.verbose)
  const { mAP50, mAP50_95, precision, recall, images } = found
  const seconds = (performance.now() - began) / 1000
  return { mAP50, mAP50_95, precision, recall, images, seconds }
}

function report(
  context: RunContext,
  found: Evaluation,
  names: readonly string[],
  verbose: boolean,
): void {
  const line = (name: string, labels: number, values: readonly number[]): string =>
    `${padColumnsStart(name, 22)}${`${found.images}`.padStart(11)}${`${labels}`.padStart(11)}${values
      .map((value) => value.toPrecision(3).padStart(11))
      .join('')}`
  const labels = found.perClass.reduce((sum, one) => sum + one.labels, 0)
  const heads = [l10n.t('Images'), l10n.t('Labels'), 'P', 'R', 'mAP50', 'mAP50_95']
  context.say(
    [padColumnsStart(l10n.t('Class'), 22), ...heads.map((head) => padColumnsStart(head, 11))].join(
      '',
    ),
  )
  const { precision, recall, mAP50, mAP50_95 } = found
  context.say(line('all', labels, [precision, recall, mAP50, mAP50_95]))
  if (!verbose && names.length >= 50) return
  for (const one of found.perClass) {
    const name = names[one.cls] ?? `${one.cls}`
    context.say(line(name, one.labels, [one.precision, one.recall, one.ap50, one.ap50_95]))
  }
}

type SavingOptions = Pick<ValOptions, 'saveText' | 'saveConfidence' | 'saveJson'>

/** Writes what was found as `--save-txt` and `--save-json` ask. */
export class DetectionSaver {
  readonly #context: Pick<RunContext, 'path' | 'say'>
  readonly #options: SavingOptions
  readonly #texts: Promise<unknown>[] = []
  readonly #objects: unknown[] = []
  #folder: Promise<unknown> | undefined

  constructor(context: Pick<RunContext, 'path' | 'say'>, options: SavingOptions) {
    this.#context = context
    this.#options = options
  }

  add(source: BatchSource, detections: Detections): void {
    if (this.#options.saveText && detections.length > 0) {
      const folder = this.#context.path('labels')
      this.#folder ??= mkdir(folder, { recursive: true })
      const text = labelLines(source, detections, this.#options.saveConfidence)
      const file = join(folder, `${stem(source.path)}.txt`)
      const written = this.#folder.then(() => appendWhole(file, text))
      // Told of at the end; until then nobody waits for it, which Node would end the process for.
      written.catch(() => undefined)
      this.#texts.push(written)
    }
    if (this.#options.saveJson) this.#objects.push(...jsonObjects(source, detections))
  }

  /** @throws SlimError `disk/full`, `disk/read-only`, `disk/folder-gone` of the first that could not be written */
  async finish(name: string): Promise<void> {
    await Promise.all(this.#texts)
    if (!this.#options.saveJson) return
    const file = this.#context.path(`${name}_predictions.json`)
    await writeFileAtomically(file, JSON.stringify(this.#objects))
    this.#context.say(l10n.t('Detections are in {0}', file))
  }
}

/** Lines of class, x, y, w, h as shares of the image, and the confidence where asked. */
export function labelLines(
  { original: [height, width] }: BatchSource,
  detections: Detections,
  withConfidence: boolean,
): string {
  let text = ''
  for (let at = 0; at < detections.length; at += 6) {
    const [left = 0, top = 0, right = 0, bottom = 0, confidence = 0, cls = 0] = detections.subarray(
      at,
      at + 6,
    )
    const box = [
      (left + right) / 2 / width,
      (top + bottom) / 2 / height,
      (right - left) / width,
      (bottom - top) / height,
    ]
    const values = withConfidence ? [...box, confidence] : box
    text += `${cls} ${values.map((value) => Number(value.toPrecision(6))).join(' ')}\n`
  }
  return text
}

function jsonObjects({ path }: BatchSource, detections: Detections): unknown[] {
  const name = stem(path)
  const round = (value: number, digits: number): number => Number(value.toFixed(digits))
  return Array.from({ length: detections.length / 6 }, (_, i) => {
    const [left = 0, top = 0, right = 0, bottom = 0, confidence = 0, cls = 0] = detections.subarray(
      i * 6,
      i * 6 + 6,
    )
    return {
      image_id: /^\d+$/.test(name) ? Number(name) : name,
      category_id: cls,
      bbox: [left, top, right - left, bottom - top].map((value) => round(value, 3)),
      score: round(confidence, 5),
    }
  })
}

function stem(path: string): string {
  return basename(path).replace(/\.[^.]*$/, '')
}
