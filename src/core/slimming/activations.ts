import { type ModuleNode, shortName } from './moduleTree'

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const silu = (x: number) => x * sigmoid(x)
const mish = (x: number) => x * Math.tanh(softplus(x))
const relu6 = (x: number) => Math.min(Math.max(x, 0), 6)
const hardswish = (x: number) => (x * relu6(x + 3)) / 6

/**
 * The elementwise function of an activation module, or undefined for one that we do not know or that is not
 * elementwise (FReLU, AconC: they hold weights). Formulas: torch.nn and YOLOv5's utils/activations.py.
 */
export function activation(node: ModuleNode): ((x: number) => number) | undefined {
  switch (shortName(node.className)) {
    case 'Identity':
    case 'Dropout':
      return (x) => x
    case 'SiLU':
    case 'Swish':
    case 'MemoryEfficientSwish':
      return silu
    case 'Hardswish':
      return hardswish
    case 'Mish':
    case 'MemoryEfficientMish':
      return mish
    case 'ReLU':
      return (x) => Math.max(x, 0)
    case 'ReLU6':
      return relu6
    case 'Sigmoid':
      return sigmoid
    case 'Tanh':
      return Math.tanh
    case 'LeakyReLU': {
      const slope = node.attributes.negative_slope
      if (typeof slope !== 'number') return undefined
      return (x) => (x >= 0 ? x : slope * x)
    }
    case 'ELU': {
      const alpha = node.attributes.alpha
      if (typeof alpha !== 'number') return undefined
      return (x) => (x >= 0 ? x : alpha * Math.expm1(x))
    }
    default:
      return undefined
  }
}
