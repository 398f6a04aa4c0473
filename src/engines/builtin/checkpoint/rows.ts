import * as l10n from '@vscode/l10n'
import type { PyObject } from '../../../core/checkpoint/values'
import { SlimError } from '../../../core/errors'
import type { ModelArgument, ModelLayer } from '../../../core/yolov5/modelLayer'
import { roundHalfEven } from '../rounding'
import { container, upsample } from './torchModules'
import {
  bottleneck,
  bottleneckCsp,
  c3,
  c3Ghost,
  concat,
  conv,
  depthwise,
  focus,
  ghostBottleneck,
  ghostConv,
  type ModuleKit,
  spp,
  sppf,
} from './yoloModules'

/** A layer of the model, and what the next ones need to know of it. */
export type BuiltRow = {
  readonly module: PyObject
  /** Dotted name as its pickle has it. */
  readonly type: string
  /** Output channels. */
  readonly channels: number
  /** Pixels of its input along one side for one of its output. */
  readonly scale: number
}

export type RowContext = {
  readonly kit: ModuleKit
  readonly depthMultiple: number
  readonly widthMultiple: number
  /** Channels of a Detect output, which are never scaled. */
  readonly outputs: number
}

/** Builds one row of a yaml, of any module but Detect, as `parse_model` (models/yolo.py) reads it. */
export function buildRow(
  layer: ModelLayer,
  inputs: readonly number[],
  { kit, depthMultiple, widthMultiple, outputs }: RowContext,
): BuiltRow {
  const name = layer.module.replace(/^(torch\.)?nn\./, 'nn.')
  const [input = 0] = inputs
  const { args } = layer
  if (name === 'Concat') {
    const channels = inputs.reduce((sum, count) => sum + count, 0)
    const module = concat(whole(layer, args[0], 1))
    return { module, type: 'models.common.Concat', channels, scale: 1 }
  }
  if (name === 'nn.Upsample') {
    const factor = whole(layer, args[1], 2)
    const mode = typeof args[2] === 'string' ? args[2] : 'nearest'
    const type = 'torch.nn.modules.upsampling.Upsample'
    return { module: upsample(factor, mode), type, channels: input, scale: 1 / factor }
  }
  if (!scaled.has(name)) throw unsupported(layer)
  const wanted = whole(layer, args[0])
  const channels = wanted === outputs ? wanted : Math.ceil((wanted * widthMultiple) / 8) * 8
  const repeats =
    layer.number > 1 ? Math.max(roundHalfEven(layer.number * depthMultiple), 1) : layer.number
  const inner = repeating.has(name)
  const make = (): { readonly module: PyObject; readonly stride: number } =>
    scaledModule(kit, name, layer, input, channels, repeats)
  const { module, stride } = make()
  const count = inner ? 1 : repeats
  const others = Array.from({ length: count - 1 }, () => make().module)
  return {
    module: count > 1 ? container('Sequential', [module, ...others]) : module,
    type: `models.common.${name === 'DWConv' && kit.release === 'v5.0' ? 'Conv' : name}`,
    channels,
    scale: stride ** count,
  }
}

/** Modules whose first argument is a number of channels. */
const scaled = new Set([
  ...['Conv', 'DWConv', 'GhostConv', 'GhostBottleneck', 'Focus', 'Bottleneck'],
  ...['BottleneckCSP', 'C3', 'C3Ghost', 'SPP', 'SPPF'],
])

/** These repeat inside; all others are put one behind the other. */
const repeating = new Set(['BottleneckCSP', 'C3', 'C3Ghost'])

function scaledModule(
  kit: ModuleKit,
  name: string,
  layer: ModelLayer,
  inputs: number,
  channels: number,
  repeats: number,
): { readonly module: PyObject; readonly stride: number } {
  const { args } = layer
  const kernel = (otherwise: number): number => side(layer, args[1], otherwise)
  const stride = (): number => whole(layer, args[2], 1)
  const options = {
    repeats,
    shortcut: truth(args[1], true),
    groups: whole(layer, args[2], 1),
    expansion: typeof args[3] === 'number' ? args[3] : 0.5,
  }
  switch (name) {
    case 'Conv': {
      const padding = typeof args[3] === 'number' ? args[3] : undefined
      const groups = whole(layer, args[4], 1)
      const active = truth(args[5], true)
      const rest = { kernel: kernel(1), stride: stride(), padding, groups, active }
      return { module: conv(kit, inputs, channels, rest), stride: stride() }
    }
    case 'DWConv': {
      const rest = { kernel: kernel(1), stride: stride(), active: truth(args[3], true) }
      return { module: depthwise(kit, inputs, channels, rest), stride: stride() }
    }
    case 'GhostConv': {
      const rest = { kernel: kernel(1), stride: stride(), groups: whole(layer, args[3], 1) }
      return { module: ghostConv(kit, inputs, channels, rest), stride: stride() }
    }
    case 'GhostBottleneck':
      return {
        module: ghostBottleneck(kit, inputs, channels, kernel(3), stride()),
        stride: stride(),
      }
    case 'Focus':
      return {
        module: focus(kit, inputs, channels, kernel(1), stride()),
        stride: 2 * stride(),
      }
    case 'Bottleneck': {
      const { shortcut, groups, expansion } = options
      return {
        module: bottleneck(kit, inputs, channels, shortcut, groups, expansion),
        stride: 1,
      }
    }
    case 'BottleneckCSP':
      return { module: bottleneckCsp(kit, inputs, channels, options), stride: 1 }
    case 'C3':
      return { module: c3(kit, inputs, channels, options), stride: 1 }
    case 'C3Ghost':
      if (kit.release === 'v5.0') throw unsupported(layer)
      return { module: c3Ghost(kit, inputs, channels, options), stride: 1 }
    case 'SPP':
      return { module: spp(kit, inputs, channels, kernels(layer)), stride: 1 }
    case 'SPPF':
      return { module: sppf(kit, inputs, channels, kernel(5)), stride: 1 }
    default:
      throw unsupported(layer)
  }
}

function kernels(layer: ModelLayer): readonly number[] {
  const given = layer.args[1]
  if (given === undefined) return [5, 9, 13]
  if (Array.isArray(given)) return given.map((kernel) => whole(layer, kernel))
  throw badArgument(layer)
}

function whole(layer: ModelLayer, value: ModelArgument | undefined, otherwise?: number): number {
  const found = value ?? otherwise
  if (typeof found === 'number' && Number.isInteger(found) && found > 0) return found
  throw badArgument(layer)
}

/** A whole number, or a list of two equal ones, as the earlier hub/yolov3.yaml write a kernel's sides. */
function side(layer: ModelLayer, value: ModelArgument | undefined, otherwise: number): number {
  if (!Array.isArray(value)) return whole(layer, value, otherwise)
  const [height, width] = value
  if (value.length !== 2 || height !== width) throw badArgument(layer)
  return whole(layer, height)
}

/** Python's truth of a yaml's `False`, `True` and numbers. */
function truth(value: ModelArgument | undefined, otherwise: boolean): boolean {
  if (value === undefined) return otherwise
  return value !== 'False' && value !== 'None' && Boolean(value)
}

function unsupported(layer: ModelLayer): SlimError {
  return new SlimError(
    'model/unsupported-module',
    l10n.t('Layer {0} of the model yaml is a {1}.', layer.index, layer.module),
    l10n.t('The built-in engine has no such module; train with --engine pytorch.'),
  )
}

function badArgument(layer: ModelLayer): SlimError {
  return new SlimError(
    'model-yaml/layer-row',
    l10n.t('The arguments of layer {0}, {1}, are not understood.', layer.index, layer.module),
    l10n.t('Compare the row with the yamls in YOLOv5’s models folder.'),
  )
}
