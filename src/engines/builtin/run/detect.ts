import { mkdir } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import { openModelFile } from '../checkpoint/open'
import type { Batch, BatchSource, Learner } from '../contract'
import { decode } from '../data/decode'
import { letterbox } from '../data/letterbox'
import { leastRectangle } from '../data/rectangle'
import { type Detections, decodeImage } from '../evaluation/decode'
import { toFile } from '../evaluation/evaluate'
import { suppress } from '../evaluation/suppression'
import { fromStateDict } from '../model/layout'
import { coarsestStride, type DetectOptions, detectOptions, fittedSize } from '../stage/options'
import { defaultHyp, lossOptions } from '../training/hyp'
import type { RunContext } from './context'
import type { EngineFiles } from './files'
import { startLearner } from './learner'
import { saveFound } from './saveFound'
import type { TrainSummary } from './train'
import { versions } from './versions'

/** `detect`: finds objects in images, and writes them drawn on copies and, where asked, as labels (detect.py). */
export async function detectStage(context: RunContext, files: EngineFiles): Promise<TrainSummary> {
  const began = performance.now()
  const { config } = context
  const open = openModelFile(config.weights ?? '')
  const asked = detectOptions(config.opt, open.release)
  const options = { ...asked, imageSize: fittedSize(asked.imageSize, open.head.strides) }
  const images = config.source ?? []
  const loss = lossOptions(defaultHyp(open.release), open.head, options.imageSize, 0)
  const learner = await startLearner(context, files, open, loss, 1)
  context.emit({
    type: 'started',
    ...{ engine: 'builtin', devices: [learner.device], versions: versions() },
    ...{ epochs: 0, batchSize: 1, imageSize: options.imageSize, layers: [] },
  })
  const { parameters, statistics } = fromStateDict(open.layout, open.tensors)
  await learner.load(parameters, statistics)
  await mkdir(context.path(), { recursive: true })
  let count = 0
  for (const [i, file] of images.entries()) {
    context.stop.throwIfAborted()
    const { source, found } = await detectIn(learner, file, options, open.release)
    count += found.length / 6
    context.say(
      `${i + 1}/${images.length} ${file}: ${counts(found, open.names) || l10n.t('nothing found')}`,
    )
    await saveFound(context, source, found, options, open.names)
  }
  const seconds = (performance.now() - began) / 1000
  return { images: images.length, detections: count, seconds }
}

async function detectIn(
  learner: Learner,
  file: string,
  { imageSize, confidence, iou, maxDetections, classes, agnostic }: DetectOptions,
  release: Parameters<typeof suppress>[1]['release'],
): Promise<{ readonly source: BatchSource; readonly found: Detections }> {
  const image = await decode(file).catch((error: unknown) => {
    throw new SlimError(
      'data/unreadable-image',
      l10n.t('{0} can not be read: {1}', file, error instanceof Error ? error.message : ''),
      l10n.t('Leave it out of --source, or replace it.'),
    )
  })
  const stride = coarsestStride(learner.head.strides)
  const rectangle = leastRectangle(image, imageSize, stride)
  const boxed = letterbox(image, rectangle.width, rectangle.height, true)
  const source: BatchSource = {
    ...{ path: file, index: 0, original: [image.height, image.width] },
    fit: { ratio: [boxed.ratio, boxed.ratio], pad: boxed.pad },
  }
  const batch: Batch = {
    ...{ images: boxed.image.data, count: 1, ...rectangle, sources: [source] },
    targets: new Float32Array(),
  }
  const outputs = await learner.infer(batch)
  const candidates = decodeImage(learner.head, outputs, 0, {
    ...{ confidence, multiLabel: false },
    ...(classes.length > 0 ? { classes: new Set(classes) } : {}),
  })
  const found = suppress(candidates, { release, iou, maxDetections, agnostic })
  return { source, found: toFile(found, source, batch) }
}

/** `2 circle, 1 square`. */
function counts(found: Detections, names: readonly string[]): string {
  const byClass = new Map<number, number>()
  for (let at = 5; at < found.length; at += 6) {
    const cls = found[at] ?? 0
    byClass.set(cls, (byClass.get(cls) ?? 0) + 1)
  }
  return [...byClass]
    .sort(([a], [b]) => a - b)
    .map(([cls, count]) => `${count} ${names[cls] ?? cls}`)
    .join(', ')
}
