import type { BuiltinRelease, ParameterLayout } from '../contract'
import type { Rates } from './schedule'

export type OptimizerName = 'SGD' | 'Adam' | 'AdamW'

/** How one kind of parameter is treated; train.py makes three groups of them. */
export type ParameterGroup = {
  readonly kind: 'kernel' | 'gamma' | 'bias'
  readonly decay: number
  /** Ranges of the parameter vector: offset and end. */
  readonly ranges: readonly (readonly [number, number])[]
}

/** Vectors as long as the parameters: momentum of SGD, or both moments of Adam. */
export type OptimizerState = {
  readonly name: OptimizerName
  readonly first: Float32Array
  readonly second: Float32Array | undefined
  /** Steps made so far. */
  steps: number
}

const beta2 = 0.999
const epsilon = 1e-8

/**
 * Kernels with weight decay, gammas and biases without, as train.py groups them. v6.1 gives AdamW no decay for the
 * latter two, so that torch's default of 0.01 applies to them; from v6.2 it is 0.
 *
 * @param frozen parameters of these layers stay as they are (`--freeze`)
 */
export function parameterGroups(
  layout: ParameterLayout,
  options: {
    readonly release: BuiltinRelease
    readonly optimizer: OptimizerName
    readonly weightDecay: number
    readonly frozen: (name: string) => boolean
  },
): ParameterGroup[] {
  const rest = options.release === 'v6.1' && options.optimizer === 'AdamW' ? 0.01 : 0
  const ranges = (...kinds: readonly string[]): [number, number][] =>
    layout.parameters
      .filter(({ kind, name }) => kinds.includes(kind) && !options.frozen(name))
      .map(({ offset, size }) => [offset, offset + size])
  return [
    { kind: 'kernel', decay: options.weightDecay, ranges: ranges('kernel') },
    { kind: 'gamma', decay: rest, ranges: ranges('gamma') },
    { kind: 'bias', decay: rest, ranges: ranges('bias', 'beta') },
  ]
}

export function newOptimizer(name: OptimizerName, size: number): OptimizerState {
  return {
    name,
    first: new Float32Array(size),
    second: name === 'SGD' ? undefined : new Float32Array(size),
    steps: 0,
  }
}

/**
 * One step of torch.optim's SGD (Nesterov), Adam or AdamW, in place. `rates.momentum` is SGD's momentum or Adam's
 * beta1, as train.py has it.
 */
export function optimizerStep(
  state: OptimizerState,
  parameters: Float32Array,
  gradients: Float32Array,
  groups: readonly ParameterGroup[],
  rates: Rates,
): void {
  state.steps++
  for (const { kind, decay, ranges } of groups) {
    const lr = kind === 'bias' ? rates.biasLr : rates.lr
    for (const [from, to] of ranges) {
      if (state.second) {
        adam(state, state.second, parameters, gradients, from, to, lr, rates.momentum, decay)
      } else {
        nesterov(state.first, parameters, gradients, from, to, lr, rates.momentum, decay)
      }
    }
  }
}

function nesterov(
  velocity: Float32Array,
  parameters: Float32Array,
  gradients: Float32Array,
  from: number,
  to: number,
  lr: number,
  momentum: number,
  decay: number,
): void {
  for (let i = from; i < to; i++) {
    const value = parameters[i] as number
    const gradient = (gradients[i] as number) + decay * value
    const next = momentum * (velocity[i] as number) + gradient
    velocity[i] = next
    parameters[i] = value - lr * (gradient + momentum * next)
  }
}

function adam(
  { name, first, steps }: OptimizerState,
  second: Float32Array,
  parameters: Float32Array,
  gradients: Float32Array,
  from: number,
  to: number,
  lr: number,
  beta1: number,
  decay: number,
): void {
  const size = lr / (1 - beta1 ** steps)
  const scale = 1 / Math.sqrt(1 - beta2 ** steps)
  const decoupled = name === 'AdamW' ? 1 - lr * decay : 1
  const coupled = name === 'AdamW' ? 0 : decay
  for (let i = from; i < to; i++) {
    const value = (parameters[i] as number) * decoupled
    const gradient = (gradients[i] as number) + coupled * value
    const m = beta1 * (first[i] as number) + (1 - beta1) * gradient
    const v = beta2 * (second[i] as number) + (1 - beta2) * gradient * gradient
    first[i] = m
    second[i] = v
    parameters[i] = value - (size * m) / (Math.sqrt(v) * scale + epsilon)
  }
}

/**
 * Scales the gradients so that their norm is at most `limit`, as `torch.nn.utils.clip_grad_norm_`. Returns the norm
 * they had; where it is not finite they are left alone.
 */
export function clipGradients(
  gradients: Float32Array,
  groups: readonly ParameterGroup[],
  limit: number,
): number {
  let sum = 0
  forEachRange(groups, (from, to) => {
    for (let i = from; i < to; i++) sum += (gradients[i] as number) ** 2
  })
  const norm = Math.sqrt(sum)
  const factor = limit / (norm + 1e-6)
  if (factor < 1) {
    forEachRange(groups, (from, to) => {
      for (let i = from; i < to; i++) gradients[i] = (gradients[i] as number) * factor
    })
  }
  return norm
}

function forEachRange(
  groups: readonly ParameterGroup[],
  visit: (from: number, to: number) => void,
): void {
  for (const { ranges } of groups) for (const [from, to] of ranges) visit(from, to)
}
