import type { PyObject, PyTensor } from '../../../core/checkpoint/values'
import { list, tensor } from './python'
import { container, conv2d, moduleObject, type Random } from './torchModules'
import type { ModuleKit } from './yoloModules'

export type DetectOptions = {
  readonly nc: number
  /** Widths and heights in pixels by level, or how many each level has where autoanchor finds them. */
  readonly anchors: number | readonly (readonly number[])[]
  /** Channels of what each level reads. */
  readonly inputs: readonly number[]
  readonly strides: readonly number[]
}

/** Detect as the release's constructor leaves it: anchors divided by their stride, from the finest level on. */
export function detectLayer(
  { release, random }: ModuleKit,
  { nc, anchors, inputs, strides }: DetectOptions,
): PyObject {
  const levels = levelAnchors(anchors, strides)
  const perLevel = (levels[0]?.length ?? 0) / 2
  const outputs = nc + 5
  const scaled = levels.flatMap((level, i) => level.map((side) => side / (strides[i] ?? 1)))
  const count = strides.length
  const buffers = { anchors: tensor([count, perLevel, 2], Float32Array.from(scaled)) }
  // v5.0 keeps the anchors in pixels beside them.
  const grid = tensor([count, 1, perLevel, 1, 1, 2], Float32Array.from(levels.flat()))
  const unused = release === 'v5.0' ? 1 : 0
  const empty = (): PyTensor => tensor([unused], new Float32Array(unused))
  const convs = inputs.map((channels, level) =>
    outputConv(random, channels, perLevel, nc, strides[level] ?? 1, biasOffset(release)),
  )
  return moduleObject('models.yolo', 'Detect', {
    buffers: release === 'v5.0' ? { ...buffers, anchor_grid: grid } : buffers,
    children: { m: container('ModuleList', convs) },
    attributes: {
      nc,
      no: outputs,
      nl: count,
      na: perLevel,
      grid: list(strides.map(empty)),
      ...(release === 'v5.0' ? {} : { anchor_grid: list(strides.map(empty)), inplace: true }),
      stride: strideTensor(strides),
    },
  })
}

export function strideTensor(strides: readonly number[]): PyTensor {
  return tensor([strides.length], Float32Array.from(strides))
}

/**
 * The 1 × 1 convolution of one level, its biases such that training starts at 8 objects in an image of 640 px and 0.6
 * of the classes (`_initialize_biases`, models/yolo.py; arXiv:1708.02002, section 3.3).
 */
export function outputConv(
  random: Random,
  inputs: number,
  perLevel: number,
  nc: number,
  stride: number,
  offset: number,
): PyObject {
  return conv2d(random, inputs, perLevel * (nc + 5), {
    kernel: 1,
    bias: true,
    biasShift: (output) => {
      const k = output % (nc + 5)
      if (k < 4) return 0
      return Math.log(k === 4 ? 8 / (640 / stride) ** 2 : 0.6 / (nc - offset))
    },
  })
}

/** What keeps the logarithm finite for one class. */
export function biasOffset(release: ModuleKit['release']): number {
  if (release === 'v5.0' || release === 'v6.0') return 0.99
  return release === 'v7.0' ? 0.99999 : 0.999999
}

/** In order of the levels: a yaml may have the coarsest first (`check_anchor_order`, utils/autoanchor.py). */
function levelAnchors(
  anchors: DetectOptions['anchors'],
  strides: readonly number[],
): readonly (readonly number[])[] {
  if (typeof anchors === 'number') {
    // Placeholders, as models/yolo.py has them, until k-means finds better ones.
    return strides.map(() => Array.from({ length: anchors * 2 }, (_, i) => i))
  }
  const area = (level: readonly number[] | undefined): number => {
    const sides = level ?? []
    let sum = 0
    for (let i = 0; i < sides.length; i += 2) sum += (sides[i] ?? 0) * (sides[i + 1] ?? 0)
    return sum
  }
  const rises = Math.sign(area(anchors.at(-1)) - area(anchors[0]))
  const coarser = Math.sign((strides.at(-1) ?? 0) - (strides[0] ?? 0))
  return rises === coarser || rises === 0 ? anchors : [...anchors].reverse()
}
