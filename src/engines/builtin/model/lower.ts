import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import { runLayer } from '../../../core/slimming/blocks'
import {
  type Interpreter,
  layerInputs,
  Misfit,
  numberAttribute,
  pair,
} from '../../../core/slimming/interpreter'
import { type ModuleNode, shortName } from '../../../core/slimming/moduleTree'
import type { Activation } from '../kernels/ops'
import type { LayerGraph, Operation } from './graph'

/**
 * Turns a YOLOv5 model into the operations that compute it. All shapes are the tensors' own, so a pruned model is
 * as good as any. `root` is `models.yolo.Model` or `DetectionModel`.
 *
 * @throws SlimError `model/not-yolov5`, `model/unsupported-module` naming module and layer, `checkpoint/fused`,
 *   `checkpoint/other-task`
 */
export function lowerNetwork(root: ModuleNode): LayerGraph {
  const sequence = root.children.model
  if (!sequence || shortName(sequence.className) !== 'Sequential') {
    throw new SlimError(
      'model/not-yolov5',
      l10n.t('{0} holds no `model` sequence of layers', root.className),
      l10n.t('Use a checkpoint that YOLOv5’s train.py saved.'),
    )
  }
  const layers = Object.entries(sequence.children)
  refuseOtherHeads(layers.at(-1)?.[1])
  const lowering = new Lowering()
  const values: number[] = []
  layers.forEach(([key, node], index) => {
    const inputs = layerInputs(node, index).map((from) => (from < 0 ? 0 : (values[from] ?? 0)))
    try {
      values.push(runLayer(lowering, `model.${key}`, node, inputs))
    } catch (error) {
      if (error instanceof Misfit) throw unsupported(`model.${key}`, node, error)
      throw error
    }
  })
  return {
    operations: lowering.operations,
    outputs: lowering.outputs,
    layers: values,
    strides: lowering.strides,
  }
}

function refuseOtherHeads(head: ModuleNode | undefined): void {
  const name = head && shortName(head.className)
  if (name === 'Detect') return
  if (name === 'Segment' || name === 'Classify') {
    throw new SlimError(
      'checkpoint/other-task',
      name === 'Segment'
        ? l10n.t('This is a segmentation model, which the built-in engine does not train.')
        : l10n.t('This is a classifier, which the built-in engine does not train.'),
      l10n.t('Use a detection model, or the scripts of the YOLOv5 checkout.'),
    )
  }
  throw new SlimError(
    'model/not-yolov5',
    l10n.t('The model does not end in a Detect layer, but in {0}.', head?.className ?? '?'),
    l10n.t('Use a detection model of YOLOv5.'),
  )
}

function unsupported(path: string, node: ModuleNode, error: Misfit): SlimError {
  return new SlimError(
    'model/unsupported-module',
    l10n.t(
      'The built-in engine cannot compute {0} ({1}): {2}.',
      path,
      node.className,
      error.message,
    ),
    l10n.t('Train this model with --engine pytorch.'),
  )
}

function fusedCheckpoint(path: string): SlimError {
  return new SlimError(
    'checkpoint/fused',
    l10n.t('The checkpoint is fused: the BN layer of {0} is merged into it.', path),
    l10n.t(
      'Use the checkpoint that training saved (weights/last.pt or best.pt), not an exported one.',
    ),
  )
}

/** Appends an operation for each primitive. What flows is the number of a value. */
class Lowering implements Interpreter<number> {
  readonly operations: Operation[] = []
  readonly strides: number[] = [1]
  readonly outputs: number[] = []
  readonly #channels: (number | undefined)[] = [undefined]

  conv(path: string, node: ModuleNode, input: number): number {
    const [outputs, perGroup, height, width] = node.tensors.weight?.shape ?? []
    if (!outputs || !perGroup || !height || !width) {
      throw new Misfit(l10n.t('{0} has no 4-dimensional weight', path))
    }
    const groups = numberAttribute(node, 'groups')
    this.#expect(input, perGroup * groups, path)
    const stride = square(path, node, 'stride')
    const geometry = {
      stride,
      pad: square(path, node, 'padding'),
      dilation: square(path, node, 'dilation'),
      groups,
    }
    if (height !== width) throw new Misfit(l10n.t('{0} has a kernel that is not square', path))
    return this.#push(
      {
        kind: 'conv',
        input,
        path,
        kernelShape: [height, width, perGroup, outputs],
        geometry,
        bias: node.tensors.bias !== undefined,
      },
      outputs,
      (this.strides[input] ?? 1) * stride,
    )
  }

  norm(path: string, node: ModuleNode, input: number): number {
    const channels = node.tensors.weight?.shape[0]
    if (channels === undefined) throw new Misfit(l10n.t('{0} has no gamma', path))
    this.#expect(input, channels, path)
    return this.#push(
      {
        kind: 'norm',
        input,
        path,
        channels,
        epsilon: numberAttribute(node, 'eps'),
        momentum: numberAttribute(node, 'momentum'),
        activation: { kind: 'identity' },
      },
      channels,
      this.strides[input] ?? 1,
    )
  }

  activate(node: ModuleNode | undefined, input: number): number {
    const activation = node ? activationOf(node) : identity
    if (activation.kind === 'identity') return input
    const last = this.operations.at(-1)
    if (last?.kind === 'norm' && input === this.operations.length) {
      // Nobody else has seen its output yet, so both become one operation.
      this.operations[input - 1] = { ...last, activation }
      return input
    }
    if (last?.kind === 'conv' && last.bias) throw fusedCheckpoint(last.path)
    throw new Misfit(l10n.t('{0} has no BatchNorm before it', node?.className ?? ''))
  }

  maxPool(path: string, node: ModuleNode, input: number): number {
    const pool = {
      size: square(path, node, 'kernel_size'),
      stride: square(path, node, 'stride'),
      pad: square(path, node, 'padding'),
    }
    if (node.attributes.ceil_mode === true || square(path, node, 'dilation') !== 1) {
      throw new Misfit(l10n.t('{0} pools in a way that YOLOv5’s modules do not', path))
    }
    return this.#push(
      { kind: 'maxPool', input, pool },
      this.#channels[input],
      this.#at(input) * pool.stride,
    )
  }

  upsample(path: string, node: ModuleNode, input: number): number {
    const factor = square(path, node, 'scale_factor')
    if (node.attributes.mode !== 'nearest' || !Number.isInteger(factor)) {
      throw new Misfit(l10n.t('{0} does not repeat pixels', path))
    }
    return this.#push(
      { kind: 'upsample', input, factor },
      this.#channels[input],
      this.#at(input) / factor,
    )
  }

  zeroPad(path: string): number {
    throw new Misfit(l10n.t('{0} pads with zeros', path))
  }

  spaceToDepth(input: number): number {
    const channels = this.#channels[input] ?? 3
    return this.#push({ kind: 'spaceToDepth', input }, channels * 4, this.#at(input) * 2)
  }

  add(_path: string, inputs: readonly number[]): number {
    return inputs.reduce((a, b) =>
      this.#push({ kind: 'add', inputs: [a, b] }, this.#channels[a], this.#at(a)),
    )
  }

  concat(inputs: readonly number[]): number {
    const channels = inputs.map((input) => this.#channels[input] ?? 3)
    const total = channels.reduce((a, b) => a + b, 0)
    return this.#push({ kind: 'concat', inputs, channels }, total, this.#at(inputs[0] ?? 0))
  }

  predict(_path: string, _node: ModuleNode, outputs: readonly number[]): number {
    this.outputs.push(...outputs)
    return -1
  }

  opaque(_inputs: readonly number[], reason: string): number {
    throw new Misfit(reason)
  }

  #push(operation: Operation, channels: number | undefined, stride: number): number {
    this.operations.push(operation)
    this.#channels.push(channels)
    this.strides.push(stride)
    return this.operations.length
  }

  #at(value: number): number {
    return this.strides[value] ?? 1
  }

  #expect(value: number, channels: number, path: string): void {
    const got = this.#channels[value]
    if (got !== undefined && got !== channels) {
      throw new Misfit(l10n.t('{0} reads {1} channels and gets {2}', path, channels, got))
    }
  }
}

const identity: Activation = { kind: 'identity' }

function activationOf(node: ModuleNode): Activation {
  const slope = node.attributes.negative_slope
  switch (shortName(node.className)) {
    case 'Identity':
      return identity
    case 'SiLU':
    case 'Swish':
    case 'MemoryEfficientSwish':
      return { kind: 'silu' }
    case 'ReLU':
      return { kind: 'relu' }
    case 'Hardswish':
      return { kind: 'hardswish' }
    case 'LeakyReLU':
      if (typeof slope === 'number') return { kind: 'leakyRelu', slope }
  }
  throw new Misfit(l10n.t('the activation {0} is not one of those it knows', node.className))
}

/** An attribute that is the same in both directions. */
function square(path: string, node: ModuleNode, name: string): number {
  const [height, width] = pair(node, name)
  if (height !== width) throw new Misfit(l10n.t('{0} is not the same in both directions', path))
  return height
}
