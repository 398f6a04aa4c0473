import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import type {
  NamedTensor,
  ParameterEntry,
  ParameterLayout,
  StateDict,
  StatisticEntry,
} from '../contract'
import type { LayerGraph } from './graph'

/** Gives every parameter and running statistic of a network its place in the flat vectors. */
export function parameterLayout(graph: LayerGraph): ParameterLayout {
  const parameters: ParameterEntry[] = []
  const statistics: StatisticEntry[] = []
  let size = 0
  let statisticsSize = 0
  const parameter = (
    name: string,
    kind: ParameterEntry['kind'],
    shape: readonly number[],
  ): void => {
    const count = shape.reduce((a, b) => a * b, 1)
    parameters.push({ name, kind, shape, offset: size, size: count })
    size += count
  }
  const statistic = (name: string, kind: StatisticEntry['kind'], count: number): void => {
    statistics.push({ name, kind, offset: statisticsSize, size: count })
    statisticsSize += count
  }
  for (const operation of graph.operations) {
    if (operation.kind === 'conv') {
      const [height, width, inputs, outputs] = operation.kernelShape
      parameter(`${operation.path}.weight`, 'kernel', [outputs, inputs, height, width])
      if (operation.bias) parameter(`${operation.path}.bias`, 'bias', [outputs])
    } else if (operation.kind === 'norm') {
      parameter(`${operation.path}.weight`, 'gamma', [operation.channels])
      parameter(`${operation.path}.bias`, 'beta', [operation.channels])
      statistic(`${operation.path}.running_mean`, 'mean', operation.channels)
      statistic(`${operation.path}.running_var`, 'variance', operation.channels)
    }
  }
  return { parameters, size, statistics, statisticsSize }
}

/** The flat vectors as tensors with PyTorch's names and layouts. Other buffers of a model are not in them. */
export function toStateDict(
  layout: ParameterLayout,
  parameters: Float32Array,
  statistics: Float32Array,
): Map<string, NamedTensor> {
  const dict = new Map<string, NamedTensor>()
  for (const { name, kind, shape, offset, size } of layout.parameters) {
    const values = parameters.subarray(offset, offset + size)
    const data = kind === 'kernel' ? transposeKernel(values, shape, 'toTorch') : values.slice()
    dict.set(name, { shape, data })
  }
  for (const { name, offset, size } of layout.statistics) {
    dict.set(name, { shape: [size], data: statistics.slice(offset, offset + size) })
  }
  return dict
}

/**
 * The reverse. Names that the layout does not know are passed over.
 *
 * @throws SlimError `checkpoint/tensor` for one that is missing or of another shape
 */
export function fromStateDict(
  layout: ParameterLayout,
  dict: StateDict,
): { readonly parameters: Float32Array; readonly statistics: Float32Array } {
  const parameters = new Float32Array(layout.size)
  const statistics = new Float32Array(layout.statisticsSize)
  for (const { name, kind, shape, offset } of layout.parameters) {
    const data = tensorNamed(dict, name, shape)
    parameters.set(kind === 'kernel' ? transposeKernel(data, shape, 'fromTorch') : data, offset)
  }
  for (const { name, offset, size } of layout.statistics) {
    statistics.set(tensorNamed(dict, name, [size]), offset)
  }
  return { parameters, statistics }
}

function tensorNamed(dict: StateDict, name: string, shape: readonly number[]): Float32Array {
  const tensor = dict.get(name)
  if (tensor && tensor.shape.join() === shape.join()) return tensor.data
  throw new SlimError(
    'checkpoint/tensor',
    tensor
      ? l10n.t(
          '{0} is of shape [{1}] instead of [{2}].',
          name,
          tensor.shape.join(', '),
          shape.join(', '),
        )
      : l10n.t('The checkpoint has no tensor {0}.', name),
    l10n.t('Use a checkpoint of this very model.'),
  )
}

/** OIHW (`shape`) to HWIO and back. */
function transposeKernel(
  data: Float32Array,
  [outputs = 1, inputs = 1, height = 1, width = 1]: readonly number[],
  direction: 'toTorch' | 'fromTorch',
): Float32Array {
  const result = new Float32Array(data.length)
  const area = height * width
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let p = 0; p < area; p++) {
        const torch = (o * inputs + i) * area + p
        const ours = (p * inputs + i) * outputs + o
        if (direction === 'toTorch') result[torch] = data[ours] as number
        else result[ours] = data[torch] as number
      }
    }
  }
  return result
}
