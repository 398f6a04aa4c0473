import * as l10n from '@vscode/l10n'
import { activation } from './activations'
import { type Interpreter, Misfit, numberAttribute } from './interpreter'
import { type ModuleNode, shortName } from './moduleTree'

/** What one class of module does. `children` are all that it may hold besides an activation. */
type Block = {
  readonly children: readonly string[]
  readonly forward: <V>(at: At<V>, inputs: readonly V[]) => V
}

/** A module at its place, with what it needs to run its children. */
class At<V> {
  constructor(
    readonly interpreter: Interpreter<V>,
    readonly path: string,
    readonly node: ModuleNode,
  ) {}

  has(name: string): boolean {
    return this.node.children[name] !== undefined
  }

  child(name: string): At<V> {
    const node = this.node.children[name]
    if (!node)
      throw new Misfit(l10n.t('{0} ({1}) has no {2}', this.path, this.node.className, name))
    return new At(this.interpreter, `${this.path}.${name}`, node)
  }

  run(name: string, ...inputs: readonly V[]): V {
    return forward(this.child(name), inputs)
  }

  conv(name: string, input: V): V {
    const { path, node } = this.child(name)
    return this.interpreter.conv(path, node, input)
  }

  norm(name: string, input: V): V {
    const { path, node } = this.child(name)
    return this.interpreter.norm(path, node, input)
  }

  activate(input: V): V {
    return this.interpreter.activate(this.node.children.act, input)
  }

  /** Children of a Sequential or ModuleList in order. */
  list(): At<V>[] {
    return Object.keys(this.node.children).map((name) => this.child(name))
  }
}

function one<V>(inputs: readonly V[]): V {
  const [input] = inputs
  if (input === undefined || inputs.length !== 1)
    throw new Misfit(l10n.t('expected one input, got {0}', inputs.length))
  return input
}

const conv: Block = {
  children: ['conv', 'bn', 'act'],
  forward: (at, inputs) => {
    const x = at.conv('conv', one(inputs))
    return at.activate(at.has('bn') ? at.norm('bn', x) : x)
  },
}

/** cv2(cv1(x)), added to x where the block says so. */
const bottleneck: Block = {
  children: ['cv1', 'cv2'],
  forward: (at, inputs) => {
    const x = one(inputs)
    const y = at.run('cv2', at.run('cv1', x))
    return at.node.attributes.add === true ? at.interpreter.add(at.path, [x, y]) : y
  },
}

const c3: Block = {
  children: ['cv1', 'cv2', 'cv3', 'm'],
  forward: (at, inputs) => {
    const x = one(inputs)
    return at.run('cv3', at.interpreter.concat([at.run('m', at.run('cv1', x)), at.run('cv2', x)]))
  },
}

/** The branches end in bare convolutions; one BatchNorm over their concatenation gates both. */
const bottleneckCsp: Block = {
  children: ['cv1', 'cv2', 'cv3', 'cv4', 'bn', 'act', 'm'],
  forward: (at, inputs) => {
    const x = one(inputs)
    const y1 = at.conv('cv3', at.run('m', at.run('cv1', x)))
    const y2 = at.conv('cv2', x)
    return at.run('cv4', at.activate(at.norm('bn', at.interpreter.concat([y1, y2]))))
  },
}

const spp: Block = {
  children: ['cv1', 'cv2', 'm'],
  forward: (at, inputs) => {
    const x = at.run('cv1', one(inputs))
    const pools = at
      .child('m')
      .list()
      .map((pool) => forward(pool, [x]))
    return at.run('cv2', at.interpreter.concat([x, ...pools]))
  },
}

const sppf: Block = {
  children: ['cv1', 'cv2', 'm'],
  forward: (at, inputs) => {
    const x = at.run('cv1', one(inputs))
    const y1 = at.run('m', x)
    const y2 = at.run('m', y1)
    return at.run('cv2', at.interpreter.concat([x, y1, y2, at.run('m', y2)]))
  },
}

/** Every second pixel in both directions: four copies of the input's channels at a quarter of the size. */
const focus: Block = {
  children: ['conv', 'contract'],
  forward: (at, inputs) => {
    return at.run('conv', at.interpreter.spaceToDepth(one(inputs)))
  },
}

const ghostConv: Block = {
  children: ['cv1', 'cv2'],
  forward: (at, inputs) => {
    const y = at.run('cv1', one(inputs))
    return at.interpreter.concat([y, at.run('cv2', y)])
  },
}

const ghostBottleneck: Block = {
  children: ['conv', 'shortcut'],
  forward: (at, inputs) =>
    at.interpreter.add(at.path, [at.run('conv', one(inputs)), at.run('shortcut', one(inputs))]),
}

const concat: Block = {
  children: [],
  forward: (at, inputs) => {
    if (at.node.attributes.d !== 1) throw new Misfit(l10n.t('{0} does not join channels', at.path))
    return at.interpreter.concat(inputs)
  },
}

const sequential = <V>(at: At<V>, inputs: readonly V[]): V =>
  at.list().reduce((value, child) => forward(child, [value]), one(inputs))

const pool: Block = {
  children: [],
  forward: (at, inputs) => at.interpreter.maxPool(at.path, at.node, one(inputs)),
}

const upsample: Block = {
  children: [],
  forward: (at, inputs) => at.interpreter.upsample(at.path, at.node, one(inputs)),
}

const padding: Block = {
  children: [],
  forward: (at, inputs) => at.interpreter.zeroPad(at.path, at.node, one(inputs)),
}

/** A sum of its inputs, weighted only where `weight` says so (and then the weights are trained scalars). */
const sum: Block = {
  children: [],
  forward: (at, inputs) => {
    if (at.node.attributes.weight !== false)
      throw new Misfit(l10n.t('{0} weighs its inputs', at.path))
    return at.interpreter.add(at.path, inputs)
  },
}

/** One bare convolution a scale. Its outputs are the predictions. */
const detect: Block = {
  children: ['m'],
  forward: (at, inputs) => {
    const heads = at.child('m').list()
    if (heads.length !== inputs.length) {
      throw new Misfit(
        l10n.t('{0} has {1} scales and {2} inputs', at.path, heads.length, inputs.length),
      )
    }
    const outputs = heads.map((head, i) => {
      const input = inputs[i]
      return input === undefined ? one([]) : at.interpreter.conv(head.path, head.node, input)
    })
    return at.interpreter.predict(at.path, at.node, outputs)
  },
}

const segment: Block = {
  children: ['m', 'proto'],
  forward: (at, inputs) => {
    const [first] = inputs
    if (first === undefined) throw new Misfit(l10n.t('{0} has no inputs', at.path))
    at.interpreter.opaque([at.run('proto', first)], l10n.t('feeds the mask coefficients'), 0)
    return detect.forward(at, inputs)
  },
}

const proto: Block = {
  children: ['cv1', 'upsample', 'cv2', 'cv3'],
  forward: (at, inputs) =>
    at.run('cv3', at.run('cv2', at.run('upsample', at.run('cv1', one(inputs))))),
}

/** Attention mixes all channels; what it reads and writes stays. */
const transformer: Block = {
  children: ['conv', 'linear', 'tr'],
  forward: (at, inputs) => {
    const x = at.has('conv') ? at.run('conv', one(inputs)) : one(inputs)
    const outputs = numberAttribute(at.node, 'c2')
    return at.interpreter.opaque([x], l10n.t('feeds the attention of {0}', at.path), outputs)
  },
}

const blocks: Readonly<Record<string, Block>> = {
  Conv: conv,
  DWConv: conv,
  Focus: focus,
  Bottleneck: bottleneck,
  CrossConv: bottleneck,
  BottleneckCSP: bottleneckCsp,
  C3: c3,
  C3x: c3,
  C3SPP: c3,
  C3TR: c3,
  C3Ghost: c3,
  SPP: spp,
  SPPF: sppf,
  GhostConv: ghostConv,
  GhostBottleneck: ghostBottleneck,
  Concat: concat,
  Sum: sum,
  MaxPool2d: pool,
  Upsample: upsample,
  ZeroPad2d: padding,
  Detect: detect,
  Segment: segment,
  Proto: proto,
  TransformerBlock: transformer,
  Conv2d: {
    children: [],
    forward: (at, inputs) => at.interpreter.conv(at.path, at.node, one(inputs)),
  },
  BatchNorm2d: {
    children: [],
    forward: (at, inputs) => at.interpreter.norm(at.path, at.node, one(inputs)),
  },
}

/**
 * What leaves the module at `at`.
 * @throws Misfit where the module, or one inside it, is not understood
 */
function forward<V>(at: At<V>, inputs: readonly V[]): V {
  const name = shortName(at.node.className)
  if (name === 'Sequential') return sequential(at, inputs)
  if (name === 'SyncBatchNorm') return at.interpreter.norm(at.path, at.node, one(inputs))
  const block = blocks[name]
  if (!block) {
    if (activation(at.node)) return at.interpreter.activate(at.node, one(inputs))
    throw new Misfit(
      l10n.t('{0} is of class {1}, which is not understood', at.path, at.node.className),
    )
  }
  const surplus = Object.keys(at.node.children).filter((child) => !block.children.includes(child))
  if (surplus.length > 0) {
    throw new Misfit(
      l10n.t('{0} ({1}) holds {2}, which YOLOv5’s does not', at.path, name, surplus.join(', ')),
    )
  }
  return block.forward(at, inputs)
}

/** Runs one layer of the network; see `forward`. */
export function runLayer<V>(
  interpreter: Interpreter<V>,
  path: string,
  node: ModuleNode,
  inputs: readonly V[],
): V {
  return forward(new At(interpreter, path, node), inputs)
}
