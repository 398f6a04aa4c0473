import { type Checkpoint, openSource } from '../../../core/checkpoint/checkpoint'
import { checkpointModel, mappingOf } from '../../../core/checkpoint/model'
import { type ModuleEntry, moduleIndex } from '../../../core/checkpoint/moduleIndex'
import { memorySource } from '../../../core/checkpoint/source'
import { fromFloat32 } from '../../../core/checkpoint/tensorData'
import { PyGlobal, PyObject } from '../../../core/checkpoint/values'
import { checkpointBytes } from '../../../core/checkpoint/writeCheckpoint'
import type { BuiltinRelease, HeadShape } from '../contract'
import { modelClass, namesValue } from './build'
import { biasOffset, outputConv } from './detectLayer'
import { type OpenModel, openModel } from './open'
import { dict, pythonOf } from './python'
import { type Random, stateOf } from './torchModules'

/** What a training changes about a model before it starts. */
export type ModelEdit = {
  readonly names: readonly string[]
  /** `[level][anchor] = [width, height]` in pixels; absent keeps the model's. */
  readonly anchors?: HeadShape['anchors']
  /** Whose form the file shall have; absent keeps its own. */
  readonly form?: BuiltinRelease
  /** For the new Detect convolutions, where the number of classes or anchors changes. */
  readonly random: Random
}

/**
 * The model with other classes or anchors. Where their number differs, Detect's convolutions start anew, as they do in
 * stock train.py, whose transfer leaves out what does not fit; all else is kept, pruned shapes too.
 */
export function editModel(open: OpenModel, { names, anchors, form, random }: ModelEdit): OpenModel {
  const release = form ?? open.release
  const checkpoint = reopened(open)
  const { model } = checkpointModel(checkpoint.root)
  const nc = names.length
  const modules = moduleIndex(model)
  const detect = detectOf(modules)
  const before = open.head.anchors[0]?.length ?? 0
  const perLevel = anchors?.[0]?.length ?? before
  if (nc !== open.head.nc || perLevel !== before) {
    renewOutputs(open, modules, detect, { nc, perLevel, random })
  }
  if (anchors) setAnchors(open, detect, anchors)
  const state = stateOf(model)
  state.set('names', namesValue(release, names))
  state.set('nc', nc)
  const yaml = mappingOf(state.get('yaml'))
  yaml?.set('nc', nc)
  if (anchors) yaml?.set('anchors', pythonOf(anchors.map((level) => level.flat())))
  const root = dict({ epoch: -1, best_fitness: null, model: asClass(model, release) })
  return openModel(open.name, checkpointBytes(checkpoint, root), release)
}

/** The model under the class name of a release: v6.2 renamed it, and kept all else. */
function asClass(model: PyObject, release: BuiltinRelease): PyObject {
  const path = new PyGlobal('models.yolo', modelClass(release))
  if (model.className === path.path) return model
  const renamed = new PyObject(model.how, path, model.args, model.kwargs)
  renamed.state = stateOf(model)
  return renamed
}

/**
 * Whether a checkpoint can be given another release's form: from v6.0 on they differ in names alone, v5.0 has other
 * modules.
 */
export function isConvertible(from: BuiltinRelease, to: BuiltinRelease): boolean {
  return from === to || (from !== 'v5.0' && to !== 'v5.0')
}

/** The Detect layer: the last child of the model's Sequential. */
function detectOf(modules: ReadonlyMap<string, ModuleEntry>): ModuleEntry {
  let last: ModuleEntry | undefined
  for (const [path, entry] of modules) if (/^model\.\d+$/.test(path)) last = entry
  if (!last) throw new RangeError('a model without layers')
  return last
}

function renewOutputs(
  open: OpenModel,
  modules: ReadonlyMap<string, ModuleEntry>,
  detect: ModuleEntry,
  {
    nc,
    perLevel,
    random,
  }: { readonly nc: number; readonly perLevel: number; readonly random: Random },
): void {
  const list = modules.get(`${detect.path}.m`)
  const slots = mappingOf(list?.dict.get('_modules'))
  open.head.strides.forEach((stride, level) => {
    const weight = modules.get(`${detect.path}.m.${level}`)?.tensor('weight')
    const inputs = weight?.shape[1] ?? 0
    slots?.set(
      `${level}`,
      outputConv(random, inputs, perLevel, nc, stride, biasOffset(open.release)),
    )
  })
  detect.setAttribute('nc', nc)
  detect.setAttribute('no', nc + 5)
  detect.setAttribute('na', perLevel)
}

function setAnchors(open: OpenModel, detect: ModuleEntry, anchors: HeadShape['anchors']): void {
  const perLevel = anchors[0]?.length ?? 0
  const levels = anchors.length
  const scaled = anchors.flatMap((level, i) =>
    level.flat().map((side) => side / (open.head.strides[i] ?? 1)),
  )
  const set = (name: string, shape: readonly number[], values: readonly number[]): void => {
    const bytes = fromFloat32('float32', Float32Array.from(values))
    detect.tensor(name)?.replace('float32', shape, bytes)
  }
  set('anchors', [levels, perLevel, 2], scaled)
  set('anchor_grid', [levels, 1, perLevel, 1, 1, 2], anchors.flat(2))
}

/** The checkpoint read anew: its graph may be edited and written. */
export function reopened(open: OpenModel): Checkpoint {
  return openSource(memorySource(open.name, open.bytes))
}

/** Writes values into a model's tensors, by PyTorch's names, and turns every other float tensor to the same type. */
export function fillModel(
  open: OpenModel,
  model: PyObject,
  values: ReadonlyMap<string, { readonly data: Float32Array }>,
  dtype: 'float16' | 'float32',
): void {
  for (const [path, module] of moduleIndex(model)) {
    for (const [name, tensor] of module.tensors()) {
      if (!tensor.dtype.startsWith('float')) continue
      const key = path === '' ? name : `${path}.${name}`
      const data = values.get(key)?.data ?? open.tensors.get(key)?.data
      if (data) tensor.replace(dtype, tensor.shape, fromFloat32(dtype, data))
    }
  }
}
