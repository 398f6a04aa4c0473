import type { PyObject } from '../../../core/checkpoint/values'
import type { BuiltinRelease } from '../contract'
import {
  activation,
  batchNorm,
  container,
  conv2d,
  identity,
  maxPool,
  moduleObject,
  type Random,
} from './torchModules'

/** What the modules of one model have in common. */
export type ModuleKit = {
  readonly release: BuiltinRelease
  readonly random: Random
  /** What follows each BatchNorm, e.g. `nn.SiLU()`. */
  readonly activation: string
}

type ConvRest = {
  readonly kernel?: number
  readonly stride?: number
  readonly padding?: number | undefined
  readonly groups?: number
  readonly active?: boolean
}

/** LeakyReLU and the like work in place, SiLU from v6.1 on. */
function act(kit: ModuleKit, text = kit.activation): PyObject {
  const silu = /SiLU/.test(text)
  const early = kit.release === 'v5.0' || kit.release === 'v6.0'
  return activation(text, !(silu && early)) ?? identity()
}

export function conv(
  kit: ModuleKit,
  inputs: number,
  outputs: number,
  { kernel = 1, stride = 1, padding, groups = 1, active = true }: ConvRest = {},
  name = 'Conv',
): PyObject {
  return moduleObject('models.common', name, {
    children: {
      conv: conv2d(kit.random, inputs, outputs, {
        kernel,
        stride,
        padding: padding ?? kernel >> 1,
        groups,
      }),
      bn: batchNorm(outputs),
      act: active ? act(kit) : identity(),
    },
  })
}

/** A depthwise convolution; v5.0 makes a plain Conv of it. */
export function depthwise(
  kit: ModuleKit,
  inputs: number,
  outputs: number,
  rest: ConvRest,
): PyObject {
  const name = kit.release === 'v5.0' ? 'Conv' : 'DWConv'
  return conv(kit, inputs, outputs, { ...rest, groups: commonDivisor(inputs, outputs) }, name)
}

export function focus(
  kit: ModuleKit,
  inputs: number,
  outputs: number,
  kernel: number,
  stride: number,
): PyObject {
  return moduleObject('models.common', 'Focus', {
    children: { conv: conv(kit, inputs * 4, outputs, { kernel, stride }) },
  })
}

export function bottleneck(
  kit: ModuleKit,
  inputs: number,
  outputs: number,
  shortcut: boolean,
  groups: number,
  expansion: number,
): PyObject {
  const hidden = Math.trunc(outputs * expansion)
  return moduleObject('models.common', 'Bottleneck', {
    children: {
      cv1: conv(kit, inputs, hidden),
      cv2: conv(kit, hidden, outputs, { kernel: 3, groups }),
    },
    attributes: { add: shortcut && inputs === outputs },
  })
}

export type RepeatOptions = {
  readonly repeats: number
  readonly shortcut: boolean
  readonly groups: number
  readonly expansion: number
}

function bottlenecks(kit: ModuleKit, hidden: number, options: RepeatOptions): PyObject {
  const { repeats, shortcut, groups } = options
  return container(
    'Sequential',
    Array.from({ length: repeats }, () => bottleneck(kit, hidden, hidden, shortcut, groups, 1)),
  )
}

export function c3(
  kit: ModuleKit,
  inputs: number,
  outputs: number,
  options: RepeatOptions,
): PyObject {
  const hidden = Math.trunc(outputs * options.expansion)
  return moduleObject('models.common', 'C3', {
    children: {
      cv1: conv(kit, inputs, hidden),
      cv2: conv(kit, inputs, hidden),
      cv3: conv(kit, hidden * 2, outputs),
      m: bottlenecks(kit, hidden, options),
    },
  })
}

export function bottleneckCsp(
  kit: ModuleKit,
  inputs: number,
  outputs: number,
  options: RepeatOptions,
): PyObject {
  const hidden = Math.trunc(outputs * options.expansion)
  const leaky = kit.release === 'v5.0' || kit.release === 'v6.0'
  return moduleObject('models.common', 'BottleneckCSP', {
    children: {
      cv1: conv(kit, inputs, hidden),
      cv2: conv2d(kit.random, inputs, hidden, { kernel: 1 }),
      cv3: conv2d(kit.random, hidden, hidden, { kernel: 1 }),
      cv4: conv(kit, hidden * 2, outputs),
      bn: batchNorm(hidden * 2),
      act: act(kit, leaky ? 'nn.LeakyReLU(0.1)' : 'nn.SiLU()'),
      m: bottlenecks(kit, hidden, options),
    },
  })
}

export function spp(
  kit: ModuleKit,
  inputs: number,
  outputs: number,
  kernels: readonly number[],
): PyObject {
  const hidden = inputs >> 1
  return moduleObject('models.common', 'SPP', {
    children: {
      cv1: conv(kit, inputs, hidden),
      cv2: conv(kit, hidden * (kernels.length + 1), outputs),
      m: container('ModuleList', kernels.map(maxPool)),
    },
  })
}

export function sppf(kit: ModuleKit, inputs: number, outputs: number, kernel: number): PyObject {
  const hidden = inputs >> 1
  return moduleObject('models.common', 'SPPF', {
    children: {
      cv1: conv(kit, inputs, hidden),
      cv2: conv(kit, hidden * 4, outputs),
      m: maxPool(kernel),
    },
  })
}

export function ghostConv(
  kit: ModuleKit,
  inputs: number,
  outputs: number,
  rest: ConvRest = {},
): PyObject {
  const hidden = outputs >> 1
  const { active = true } = rest
  return moduleObject('models.common', 'GhostConv', {
    children: {
      cv1: conv(kit, inputs, hidden, rest),
      cv2: conv(kit, hidden, hidden, { kernel: 5, groups: hidden, active }),
    },
  })
}

export function ghostBottleneck(
  kit: ModuleKit,
  inputs: number,
  outputs: number,
  kernel: number,
  stride: number,
): PyObject {
  const hidden = outputs >> 1
  const down = { kernel, stride, active: false }
  const strided = stride === 2
  return moduleObject('models.common', 'GhostBottleneck', {
    children: {
      conv: container('Sequential', [
        ghostConv(kit, inputs, hidden),
        strided ? depthwise(kit, hidden, hidden, down) : identity(),
        ghostConv(kit, hidden, outputs, { active: false }),
      ]),
      shortcut: strided
        ? container('Sequential', [
            depthwise(kit, inputs, inputs, down),
            conv(kit, inputs, outputs, { active: false }),
          ])
        : identity(),
    },
  })
}

export function c3Ghost(
  kit: ModuleKit,
  inputs: number,
  outputs: number,
  { repeats, expansion }: RepeatOptions,
): PyObject {
  const hidden = Math.trunc(outputs * expansion)
  return moduleObject('models.common', 'C3Ghost', {
    children: {
      cv1: conv(kit, inputs, hidden),
      cv2: conv(kit, inputs, hidden),
      cv3: conv(kit, hidden * 2, outputs),
      m: container(
        'Sequential',
        Array.from({ length: repeats }, () => ghostBottleneck(kit, hidden, hidden, 3, 1)),
      ),
    },
  })
}

export function concat(dimension: number): PyObject {
  return moduleObject('models.common', 'Concat', { attributes: { d: dimension } })
}

export function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}
