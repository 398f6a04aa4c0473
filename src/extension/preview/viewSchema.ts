import * as v from 'valibot'
import type { CheckpointView } from '../../core/slimming/checkpointView'
import type { RowNormsJson } from '../../core/slimming/graphJson'

/** Schemas of what `yolov5-slim internal-checkpoint` prints; a page parses it again, as all it is sent. */

const list = <T>(item: v.GenericSchema<unknown, T>) => v.pipe(v.array(item), v.readonly())
const text = v.string()
const number = v.number()
const texts = list(text)
const coded = { code: text, text }

const graph = v.object({
  reasons: texts,
  fixed: text,
  norms: list(
    v.object({
      name: text,
      channels: number,
      groups: text,
      prunable: v.boolean(),
      reason: v.optional(text),
      tie: v.optional(text),
      gamma: v.optional(text),
    }),
  ),
  convs: list(
    v.object({
      name: text,
      shape: list(number),
      rowGroups: text,
      columnGroups: text,
      constants: text,
      groups: number,
      hasBias: v.boolean(),
      kernelArea: number,
      scale: number,
      sinks: text,
    }),
  ),
  otherParameters: number,
  warnings: list(v.object(coded)),
})

const size = v.object({
  pickleBytes: number,
  byteorderBytes: v.nullable(number),
  versionBytes: number,
  storages: list(number),
  memo: v.object({
    float: v.nullable(number),
    floatUses: number,
    lastShortUses: v.nullable(number),
  }),
  tensors: list(
    v.object({
      storage: number,
      shape: list(number),
      stride: list(number),
      offset: number,
      storageNumel: number,
      elementBytes: number,
      exact: v.boolean(),
      classNumber: number,
      memoSize: number,
    }),
  ),
  convs: list(
    v.object({
      weight: number,
      bias: v.nullable(number),
      outChannels: number,
      inChannels: number,
      groups: number,
    }),
  ),
  norms: list(v.object({ vectors: list(number), mean: v.nullable(number), features: number })),
})

export const networkSchema = v.object({ graph, size: v.nullable(size) })

export const viewSchema = v.object({
  release: text,
  candidates: texts,
  evidence: texts,
  modelClass: v.nullable(text),
  classCount: number,
  names: texts,
  parameters: number,
  bytes: number,
  precision: text,
  finished: v.boolean(),
  unsafeGlobals: texts,
  training: v.object({
    epoch: v.nullable(number),
    bestFitness: v.nullable(number),
    date: v.nullable(text),
    options: v.record(text, text),
  }),
  obstacle: v.nullable(v.object({ ...coded, remedy: text })),
  network: v.nullable(networkSchema),
  layers: list(v.object({ name: text, gamma: text })),
}) satisfies v.GenericSchema<unknown, CheckpointView>

export const normsSchema = list(v.object({ l1: text, l2: text })) satisfies v.GenericSchema<
  unknown,
  RowNormsJson
>
