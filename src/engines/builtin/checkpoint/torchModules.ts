import { PyDict, PyGlobal, PyObject, type PyValue } from '../../../core/checkpoint/values'
import { emptySet, float, orderedDict, parameter, tensor, tuple, wholeScalar } from './python'

/** Uniform numbers in 0..1. */
export type Random = () => number

type Parts = {
  readonly parameters?: Readonly<Record<string, PyValue>>
  readonly buffers?: Readonly<Record<string, PyValue>>
  readonly children?: Readonly<Record<string, PyObject>>
  readonly attributes?: Readonly<Record<string, PyValue>>
}

/** An nn.Module with the `__dict__` of torch 1.7; newer ones add what they need when they load it. */
export function moduleObject(module: string, name: string, parts: Parts = {}): PyObject {
  const object = new PyObject('new', new PyGlobal(module, name), tuple())
  const state = new PyDict()
  const entries: readonly [string, PyValue][] = [
    ['training', true],
    ['_parameters', orderedDict(parts.parameters)],
    ['_buffers', orderedDict(parts.buffers)],
    ['_non_persistent_buffers_set', emptySet()],
    ['_backward_hooks', orderedDict()],
    ['_forward_hooks', orderedDict()],
    ['_forward_pre_hooks', orderedDict()],
    ['_state_dict_hooks', orderedDict()],
    ['_load_state_dict_pre_hooks', orderedDict()],
    ['_modules', orderedDict(parts.children)],
    ...Object.entries(parts.attributes ?? {}),
  ]
  for (const [key, value] of entries) state.set(key, value)
  object.state = state
  return object
}

export function stateOf(module: PyObject): PyDict {
  if (module.state instanceof PyDict) return module.state
  throw new TypeError('a module without a state')
}

export type ConvOptions = {
  readonly kernel: number
  readonly stride?: number
  readonly padding?: number
  readonly groups?: number
  readonly bias?: boolean
  readonly biasShift?: (output: number) => number
}

/** nn.Conv2d with torch's own initial weights, uniform within ±1/√(fan in); `biasShift` is added to its biases. */
export function conv2d(
  random: Random,
  inputs: number,
  outputs: number,
  { kernel, stride = 1, padding = 0, groups = 1, bias = false, biasShift }: ConvOptions,
): PyObject {
  const shape = [outputs, inputs / groups, kernel, kernel]
  const bound = 1 / Math.sqrt((inputs / groups) * kernel * kernel)
  const uniform = (length: number): Float32Array =>
    new Float32Array(length).map(() => (random() * 2 - 1) * bound)
  const weight = parameter(shape, uniform((outputs * inputs * kernel * kernel) / groups))
  const biases = uniform(bias ? outputs : 0).map((value, i) => value + (biasShift?.(i) ?? 0))
  return moduleObject('torch.nn.modules.conv', 'Conv2d', {
    parameters: { weight, bias: bias ? parameter([outputs], biases) : null },
    attributes: {
      in_channels: inputs,
      out_channels: outputs,
      kernel_size: tuple(kernel, kernel),
      stride: tuple(stride, stride),
      padding: tuple(padding, padding),
      dilation: tuple(1, 1),
      transposed: false,
      output_padding: tuple(0, 0),
      groups,
      padding_mode: 'zeros',
      _reversed_padding_repeated_twice: tuple(padding, padding, padding, padding),
    },
  })
}

/** nn.BatchNorm2d with the ε and momentum that YOLOv5 sets (`initialize_weights`, utils/torch_utils.py). */
export function batchNorm(channels: number): PyObject {
  const filled = (value: number): Float32Array => new Float32Array(channels).fill(value)
  return moduleObject('torch.nn.modules.batchnorm', 'BatchNorm2d', {
    parameters: {
      weight: parameter([channels], filled(1)),
      bias: parameter([channels], filled(0)),
    },
    buffers: {
      running_mean: tensor([channels], filled(0)),
      running_var: tensor([channels], filled(1)),
      num_batches_tracked: wholeScalar(0),
    },
    attributes: {
      num_features: channels,
      eps: float(1e-3),
      momentum: float(0.03),
      affine: true,
      track_running_stats: true,
    },
  })
}

export function maxPool(kernel: number): PyObject {
  return moduleObject('torch.nn.modules.pooling', 'MaxPool2d', {
    attributes: {
      kernel_size: kernel,
      stride: 1,
      padding: kernel >> 1,
      dilation: 1,
      return_indices: false,
      ceil_mode: false,
    },
  })
}

export function upsample(factor: number, mode: string): PyObject {
  return moduleObject('torch.nn.modules.upsampling', 'Upsample', {
    attributes: {
      name: 'Upsample',
      size: null,
      scale_factor: float(factor),
      mode,
      align_corners: null,
      recompute_scale_factor: null,
    },
  })
}

/** `Sequential` or `ModuleList`. */
export function container(name: string, children: readonly PyObject[]): PyObject {
  return moduleObject('torch.nn.modules.container', name, {
    children: Object.fromEntries(children.map((child, i) => [`${i}`, child])),
  })
}

export function identity(): PyObject {
  return moduleObject('torch.nn.modules.linear', 'Identity')
}

/** An activation that YOLOv5's yamls name, such as `nn.SiLU()` or `nn.LeakyReLU(0.1)`; undefined for others. */
export function activation(text: string, inplace: boolean): PyObject | undefined {
  const [, name, argument] = /^(?:torch\.)?nn\.(\w+)\(([^)]*)\)$/.exec(text.trim()) ?? []
  const make = (attributes: Readonly<Record<string, PyValue>> = {}): PyObject =>
    moduleObject('torch.nn.modules.activation', name ?? '', {
      attributes: { ...attributes, inplace },
    })
  if (name === 'Identity') return identity()
  if (name === 'SiLU' || name === 'Hardswish' || name === 'ReLU') return make()
  if (name === 'ReLU6') return make({ min_val: float(0), max_val: float(6) })
  if (name !== 'LeakyReLU') return undefined
  const slope = /-?[\d.]+(?:e-?\d+)?/i.exec(argument ?? '')?.[0]
  return make({ negative_slope: float(slope === undefined ? 0.01 : Number(slope)) })
}
