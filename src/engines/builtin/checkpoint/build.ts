import * as l10n from '@vscode/l10n'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { parse } from 'yaml'
import type { PyObject, PyStorage, PyValue } from '../../../core/checkpoint/values'
import { checkpointBytes } from '../../../core/checkpoint/writeCheckpoint'
import { SlimError } from '../../../core/errors'
import type { ModelLayer } from '../../../core/yolov5/modelLayer'
import { type ModelYaml, parseModelYaml } from '../../../core/yolov5/modelYaml'
import type { BuiltinRelease } from '../contract'
import { detectLayer, strideTensor } from './detectLayer'
import { dict, list, pythonOf } from './python'
import { buildRow, type RowContext } from './rows'
import { container, moduleObject, type Random, stateOf } from './torchModules'

export type BuildOptions = {
  readonly release: BuiltinRelease
  /** Path of the model yaml, for messages. */
  readonly file: string
  readonly text: string
  readonly nc: number
  readonly names: readonly string[]
  /** Anchors per level in place of the yaml's (`anchors:` of the hyperparameters). */
  readonly anchorsPerLevel: number | undefined
  readonly seed: number
}

/**
 * A freshly initialised model, as the release's own `Model(cfg)` makes it, in a checkpoint that stock YOLOv5 loads:
 * the bytes of the .pt file.
 *
 * @throws SlimError `model-yaml/…` for a yaml that is none, `model/unsupported-module` with the layer
 */
export function buildCheckpoint(options: BuildOptions): Uint8Array {
  const yaml = readYaml(options)
  const random = uniform(options.seed)
  const anchors = options.anchorsPerLevel ?? yaml.anchors
  const perLevel = typeof anchors === 'number' ? anchors : (anchors[0]?.length ?? 0) / 2
  const context: RowContext = {
    kit: {
      release: options.release,
      random,
      activation: (options.release === 'v7.0' ? yaml.activation : undefined) ?? 'nn.SiLU()',
    },
    depthMultiple: yaml.depthMultiple,
    widthMultiple: yaml.widthMultiple,
    outputs: perLevel * (options.nc + 5),
  }
  const layers: PyObject[] = []
  const channels: number[] = []
  const strides: number[] = []
  const save = new Set<number>()
  let head: readonly number[] = []
  for (const layer of yaml.layers) {
    const { index } = layer
    const from = layer.from.map((at) => (at < 0 ? index + at : at))
    const inputs = index === 0 ? [3] : from.map((at) => channels[at] ?? 0)
    const before = index === 0 ? 1 : (strides[from[0] ?? 0] ?? 1)
    for (const [i, at] of layer.from.entries()) if (at !== -1) save.add(from[i] ?? 0)
    if (layer.module === 'Detect') {
      head = from.map((at) => strides[at] ?? 1)
      const { kit } = context
      const detect = detectLayer(kit, { nc: options.nc, anchors, inputs, strides: head })
      attach(detect, layer, 'models.yolo.Detect')
      layers.push(detect)
      break
    }
    const row = buildRow(layer, inputs, context)
    attach(row.module, layer, row.type)
    layers.push(row.module)
    channels.push(row.channels)
    strides.push(before * row.scale)
  }
  if (head.length === 0) throw noDetect(options.file)
  const model = modelObject(
    options,
    layers,
    [...save].sort((a, b) => a - b),
    head,
  )
  const root = dict({ epoch: -1, best_fitness: null, model, ema: null, updates: null })
  root.set('optimizer', null)
  return checkpointBytes(memory, root)
}

/** Where a graph comes from whose storages all hold their bytes. */
const memory = {
  protocol: 2,
  version: '3\n',
  byteorder: undefined,
  readStorage: ({ bytes }: PyStorage): Uint8Array => bytes ?? new Uint8Array(),
}

type CompleteYaml = Pick<ModelYaml, 'layers' | 'activation'> &
  Required<Pick<ModelYaml, 'depthMultiple' | 'widthMultiple' | 'anchors'>>

function readYaml({ file, text }: BuildOptions): CompleteYaml {
  const { findings, depthMultiple, widthMultiple, anchors, ...rest } = parseModelYaml(text)
  const problem = findings.find(({ severity }) => severity === 'error')
  if (!problem && depthMultiple && widthMultiple && anchors !== undefined) {
    return { depthMultiple, widthMultiple, anchors, ...rest }
  }
  throw new SlimError(
    problem?.code ?? 'model-yaml/value',
    `${file}: ${problem?.message ?? l10n.t('It is not a model yaml.')}`,
    l10n.t('Compare it with the yamls in YOLOv5’s models folder.'),
  )
}

/** What parse_model notes on each layer. */
function attach(module: PyObject, layer: ModelLayer, type: string): void {
  const state = stateOf(module)
  state.set('i', layer.index)
  const { from } = layer
  state.set('f', from.length === 1 ? (from[0] ?? -1) : list(from))
  state.set('type', type)
  state.set('np', parametersOf(module))
}

function parametersOf(module: PyObject): number {
  const state = stateOf(module)
  const entries = (key: string): readonly PyValue[] => {
    const slot = state.get(key)
    return slot !== null && typeof slot === 'object' && 'dictItems' in slot
      ? slot.dictItems.entries.map(([, value]) => value)
      : []
  }
  const own = entries('_parameters').reduce<number>((sum, value) => sum + elements(value), 0)
  return entries('_modules').reduce<number>(
    (sum, child) => sum + (isObject(child) ? parametersOf(child) : 0),
    own,
  )
}

function elements(parameter: PyValue): number {
  if (!isObject(parameter) || parameter.args === null || typeof parameter.args !== 'object')
    return 0
  const [tensor] = 'items' in parameter.args ? parameter.args.items : []
  return tensor && typeof tensor === 'object' && 'shape' in tensor
    ? tensor.shape.reduce((a, b) => a * b, 1)
    : 0
}

function isObject(value: PyValue): value is PyObject {
  return value !== null && typeof value === 'object' && value.kind === 'object'
}

function modelObject(
  options: BuildOptions,
  layers: readonly PyObject[],
  save: readonly number[],
  strides: readonly number[],
): PyObject {
  const { release, nc, names, text } = options
  const model = moduleObject('models.yolo', modelClass(release), {
    children: { model: container('Sequential', layers) },
    attributes: {
      yaml: pythonOf({ ...(parse(text) as object), nc, ch: 3 }),
      save: list(save),
      names: namesValue(release, names),
      ...(release === 'v5.0' ? {} : { inplace: true }),
      stride: strideTensor(strides),
      nc,
    },
  })
  return model
}

/** `DetectionModel` from v6.2 on. */
export function modelClass(release: BuiltinRelease): string {
  return release === 'v6.2' || release === 'v7.0' ? 'DetectionModel' : 'Model'
}

/** Class names as the release's train.py sets them: a dict from v7.0 on. */
export function namesValue(release: BuiltinRelease, names: readonly string[]): PyValue {
  if (release !== 'v7.0') return list(names)
  const value = dict({})
  names.forEach((name, i) => {
    value.entries.push([i, name])
  })
  return value
}

function uniform(seed: number): Random {
  const generator = xoroshiro128plus(seed)
  // 24 bits of each 32: as many as a float32 holds.
  return () => (generator.next() >>> 8) / 2 ** 24
}

function noDetect(file: string): SlimError {
  return new SlimError(
    'model/not-yolov5',
    l10n.t('{0} has no Detect layer.', file),
    l10n.t('Use one of the detection yamls in YOLOv5’s models folder.'),
  )
}
