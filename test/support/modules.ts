import type { Attribute, ModuleNode, ModuleTensor } from '../../src/core/slimming/moduleTree'

/** Small torch modules as data, for tests of the channel graph: named and shaped as YOLOv5's. */

export function node(
  className: string,
  children: Readonly<Record<string, ModuleNode>> = {},
  attributes: Readonly<Record<string, Attribute>> = {},
  tensors: Readonly<Record<string, ModuleTensor>> = {},
): ModuleNode {
  return { className, attributes, tensors, children }
}

export function tensor(shape: readonly number[], values?: readonly number[]): ModuleTensor {
  const count = shape.reduce((a, b) => a * b, 1)
  return {
    shape,
    read: () => Float32Array.from(values ?? Array.from({ length: count }, () => 0.1)),
  }
}

export type ConvSpec = {
  readonly inputs: number
  readonly outputs: number
  readonly kernel?: number
  readonly stride?: number
  readonly groups?: number
  readonly bias?: boolean
  readonly weight?: readonly number[]
}

export function conv2d(spec: ConvSpec): ModuleNode {
  const { inputs, outputs, kernel = 1, stride = 1, groups = 1, bias = false, weight } = spec
  return node(
    'torch.nn.modules.conv.Conv2d',
    {},
    { in_channels: inputs, out_channels: outputs, groups, stride: [stride, stride] },
    {
      weight: tensor([outputs, inputs / groups, kernel, kernel], weight),
      ...(bias ? { bias: tensor([outputs]) } : {}),
    },
  )
}

export function batchNorm(gamma: readonly number[], beta?: readonly number[]): ModuleNode {
  const shape = [gamma.length]
  return node(
    'torch.nn.modules.batchnorm.BatchNorm2d',
    {},
    { num_features: gamma.length },
    {
      weight: tensor(shape, gamma),
      bias: tensor(shape, beta ?? gamma.map(() => 0)),
      running_mean: tensor(shape),
      running_var: tensor(shape),
    },
  )
}

export const silu = node('torch.nn.modules.activation.SiLU')

/** YOLOv5's Conv: convolution, BatchNorm with these gammas, SiLU. */
export function conv(
  inputs: number,
  gamma: readonly number[],
  rest: Partial<ConvSpec> & { readonly beta?: readonly number[]; readonly className?: string } = {},
): ModuleNode {
  return node(rest.className ?? 'models.common.Conv', {
    conv: conv2d({ inputs, outputs: gamma.length, ...rest }),
    bn: batchNorm(gamma, rest.beta),
    act: silu,
  })
}

export function bottleneck(
  gamma1: readonly number[],
  gamma2: readonly number[],
  add: boolean,
): ModuleNode {
  return node(
    'models.common.Bottleneck',
    { cv1: conv(gamma2.length, gamma1), cv2: conv(gamma1.length, gamma2, { kernel: 3 }) },
    { add },
  )
}

export function sequential(...modules: readonly ModuleNode[]): ModuleNode {
  return node('torch.nn.modules.container.Sequential', Object.fromEntries(modules.entries()))
}

/** A model of these layers, each with the layers that it reads (`f`, -1 for the one before). */
export function model(
  ...layers: readonly (readonly [from: Attribute, module: ModuleNode])[]
): ModuleNode {
  const modules = layers.map(([from, module], index) => ({
    ...module,
    attributes: { ...module.attributes, f: from, i: index },
  }))
  return node('models.yolo.DetectionModel', { model: sequential(...modules) })
}

export function detect(...inputs: readonly number[]): ModuleNode {
  const heads = inputs.map((count) => conv2d({ inputs: count, outputs: 6, bias: true }))
  return node('models.yolo.Detect', {
    m: node('torch.nn.modules.container.ModuleList', Object.fromEntries(heads.entries())),
  })
}
