import * as l10n from '@vscode/l10n'
import { activation } from './activations'
import {
  ChannelSets,
  type Channels,
  channelsOf,
  type Flow,
  joinChannels,
  Unresolved,
} from './channels'
import { type Interpreter, Misfit, numberAttribute, pair } from './interpreter'
import type { ModuleNode, ModuleTensor } from './moduleTree'

/** A convolution met on the way, with the channel element behind each row and column of its weight. */
export type TracedConv = {
  readonly name: string
  readonly weight: ModuleTensor
  readonly outIds: Int32Array
  readonly inIds: Int32Array
  /** Constant that each input channel carries once removed. */
  readonly inConstants: Float64Array
  readonly groups: number
  readonly hasBias: boolean
  /** Number of this convolution's row 0 among the rows of all convolutions. */
  readonly firstRow: number
  /** Output pixels per pixel of the image. */
  readonly scale: number
}

export type TracedNorm = {
  readonly name: string
  readonly node: ModuleNode
  readonly ids: Int32Array
}

export type TraceWarning = { readonly code: string; readonly text: string }

/**
 * Records, while the network is walked, which channels every convolution and BatchNorm reads and writes.
 */
export class Tracer implements Interpreter<Flow> {
  readonly sets = new ChannelSets()
  readonly convs: TracedConv[] = []
  readonly norms: TracedNorm[] = []
  readonly warnings: TraceWarning[] = []
  private readonly rowSinks = new Map<number, readonly [norm: number, channel: number]>()
  /** Rows that something besides a BatchNorm reads: a shifted running mean would not reach it. */
  private readonly rawRows = new Set<number>()
  private rowCount = 0

  /** The norm (index into `norms`) and channel whose running mean absorbs constants for a row. */
  rowSink(row: number): readonly [norm: number, channel: number] | undefined {
    return this.rawRows.has(row) ? undefined : this.rowSinks.get(row)
  }

  /** The network's input: `count` channels that nothing can remove. */
  input(count: number): Flow {
    const channels = this.fresh(count)
    this.fix(channels, l10n.t('is the image'))
    return { parts: [channels], scale: 1 }
  }

  conv(name: string, node: ModuleNode, flow: Flow): Flow {
    const weight = node.tensors.weight
    const [rows, perGroup] = weight?.shape ?? []
    const groups = numberAttribute(node, 'groups')
    if (!weight || rows === undefined || perGroup === undefined || weight.shape.length !== 4) {
      throw new Misfit(l10n.t('{0} has no 4-dimensional weight', name))
    }
    const input = this.resolve(flow, perGroup * groups, name)
    const [height, width] = pair(node, 'stride')
    const scale = resized(name, flow.scale / (height * width))
    const firstRow = this.rowCount
    this.rowCount += rows
    const depthwise = groups > 1 && perGroup === 1 && rows % groups === 0
    const outIds = depthwise
      ? Int32Array.from(
          { length: rows },
          (_, row) => input.ids[Math.floor((row * groups) / rows)] ?? 0,
        )
      : this.sets.create(rows)
    const hasBias = node.tensors.bias !== undefined
    this.convs.push({
      name,
      weight,
      outIds,
      inIds: input.ids,
      inConstants: input.constants,
      groups,
      hasBias,
      firstRow,
      scale,
    })
    this.readRaw(input)
    if (!depthwise) this.consume(input, name)
    const output: Channels = {
      ids: outIds,
      constants: new Float64Array(rows).fill(Number.NaN),
      rows: Int32Array.from({ length: rows }, (_, row) => (hasBias ? -1 : firstRow + row)),
    }
    if (groups > 1 && !depthwise) {
      const reason = l10n.t('{0} is a grouped convolution', name)
      this.fix(input, reason)
      this.fix(output, reason)
    }
    return { parts: [output], scale }
  }

  norm(name: string, node: ModuleNode, flow: Flow): Flow {
    const count = node.tensors.weight?.shape[0]
    if (count === undefined) throw new Misfit(l10n.t('{0} has no gamma', name))
    const input = this.resolve(flow, count, name)
    const index = this.norms.length
    this.norms.push({ name, node, ids: input.ids })
    input.rows.forEach((row, channel) => {
      if (row >= 0) this.rowSinks.set(row, [index, channel])
    })
    const beta = node.tensors.bias?.read?.()
    const constants = beta ? Float64Array.from(beta) : new Float64Array(count)
    return { parts: [{ ids: input.ids, constants, rows: noRows(count) }], scale: flow.scale }
  }

  /** An elementwise module. One that is not understood leaves no constant behind. */
  activate(node: ModuleNode | undefined, flow: Flow): Flow {
    if (!node) return flow
    const known = activation(node)
    const apply = known ?? (() => Number.NaN)
    const holds = { ...node.tensors, ...node.children }
    const isWhole = known === undefined && Object.keys(holds).length > 0
    return this.map(flow, (channels) => {
      this.readRaw(channels)
      // FReLU and AconC hold numbers for each channel, which would stay as many as they are.
      if (isWhole)
        this.fix(channels, l10n.t('passes {0}, which has weights of its own', node.className))
      const { ids, constants } = channels
      return { ids, constants: constants.map(apply), rows: noRows(ids.length) }
    })
  }

  maxPool(path: string, node: ModuleNode, flow: Flow): Flow {
    const [height, width] = pair(node, 'stride')
    return this.resample(flow, resized(path, flow.scale / (height * width)))
  }

  upsample(path: string, node: ModuleNode, flow: Flow): Flow {
    const [height, width] = pair(node, 'scale_factor')
    return this.resample(flow, resized(path, flow.scale * height * width))
  }

  zeroPad(_path: string, _node: ModuleNode, flow: Flow): Flow {
    return this.resample(flow, flow.scale)
  }

  spaceToDepth(flow: Flow): Flow {
    const x = this.resample(flow, flow.scale / 4)
    return this.concat([x, x, x, x])
  }

  predict(_path: string, _node: ModuleNode, outputs: readonly Flow[]): Flow {
    return this.opaque(outputs, l10n.t('is a prediction'), 0)
  }

  /** Spatial modules that keep a constant map constant: max pooling, nearest upsampling, zero padding. */
  private resample(flow: Flow, scale: number): Flow {
    const resampled = this.map(flow, (channels) => {
      this.readRaw(channels)
      return { ...channels, rows: noRows(channels.ids.length) }
    })
    return { parts: resampled.parts, scale }
  }

  add(name: string, flows: readonly Flow[]): Flow {
    const known = flows.map((flow) => this.count(flow)).find((count) => count !== undefined)
    const [first, ...rest] = flows
    if (!first || known === undefined) throw new Misfit(l10n.t('{0} adds unknown channels', name))
    let sum = this.resolve(first, known, name)
    this.readRaw(sum)
    for (const flow of rest) {
      const other = this.resolve(flow, known, name)
      this.readRaw(other)
      other.ids.forEach((id, i) => {
        this.sets.unite(id, sum.ids[i] ?? id)
      })
      const left = sum.constants
      sum = {
        ids: sum.ids,
        constants: other.constants.map((constant, i) => constant + (left[i] ?? Number.NaN)),
        rows: noRows(known),
      }
    }
    return { parts: [sum], scale: first.scale }
  }

  concat(flows: readonly Flow[]): Flow {
    return { parts: flows.flatMap((flow) => flow.parts), scale: flows[0]?.scale ?? 1 }
  }

  /** A module that is not understood: what it reads is fixed, what it writes too. */
  opaque(flows: readonly Flow[], reason: string, outputs?: number): Flow {
    for (const flow of flows) {
      for (const part of flow.parts) {
        const channels = channelsOf(part)
        if (!channels) continue
        this.readRaw(channels)
        this.fix(channels, reason)
      }
    }
    const scale = flows[0]?.scale ?? 1
    if (outputs === undefined) return { parts: [new Unresolved(reason)], scale }
    const channels = this.fresh(outputs)
    this.fix(channels, reason)
    return { parts: [channels], scale }
  }

  /** Everything recorded under `prefix` stays whole. */
  fixUnder(prefix: string, reason: string): void {
    const within = (name: string) => name === prefix || name.startsWith(`${prefix}.`)
    for (const { name, outIds, inIds } of this.convs) {
      if (within(name)) for (const id of [...outIds, ...inIds]) this.sets.fix(id, reason)
    }
    for (const { name, ids } of this.norms) {
      if (within(name)) for (const id of ids) this.sets.fix(id, reason)
    }
  }

  fix(channels: Channels, reason: string): void {
    for (const id of channels.ids) this.sets.fix(id, reason)
  }

  /** Channel count of a flow, or undefined while a part of it is unresolved. */
  count(flow: Flow): number | undefined {
    let count = 0
    for (const part of flow.parts) {
      const channels = channelsOf(part)
      if (!channels) return undefined
      count += channels.ids.length
    }
    return count
  }

  /** The channels of a flow that its consumer says are `expected` many. */
  resolve(flow: Flow, expected: number, consumer: string): Channels {
    const open = flow.parts.filter((part) => channelsOf(part) === undefined)
    const known = flow.parts.reduce((sum, part) => sum + (channelsOf(part)?.ids.length ?? 0), 0)
    const [only] = open
    if (open.length > 1 || (only ? known >= expected : known !== expected)) {
      throw new Misfit(l10n.t('{0} reads {1} channels and gets {2}', consumer, expected, known))
    }
    if (only instanceof Unresolved) {
      only.channels = this.fresh(expected - known)
      this.fix(only.channels, only.reason)
    }
    return joinChannels(flow.parts.flatMap((part) => channelsOf(part) ?? []))
  }

  private readRaw(channels: Channels): void {
    for (const row of channels.rows) if (row >= 0) this.rawRows.add(row)
  }

  private consume(input: Channels, consumer: string): void {
    input.constants.forEach((constant, i) => {
      if (!Number.isNaN(constant)) return
      const reason = l10n.t(
        'reaches {0} with no BatchNorm and known activation before it',
        consumer,
      )
      this.sets.fix(input.ids[i] ?? 0, reason)
    })
  }

  private fresh(count: number): Channels {
    return {
      ids: this.sets.create(count),
      constants: new Float64Array(count).fill(Number.NaN),
      rows: noRows(count),
    }
  }

  private map(flow: Flow, change: (channels: Channels) => Channels): Flow {
    return {
      parts: flow.parts.map((part) => {
        const channels = channelsOf(part)
        return channels ? change(channels) : part
      }),
      scale: flow.scale,
    }
  }
}

/** The share of the image's pixels that a module leaves; strides of a damaged file may leave none, or no number. */
function resized(name: string, scale: number): number {
  if (scale > 0 && Number.isFinite(scale)) return scale
  throw new Misfit(l10n.t('{0} has a stride or scale factor that leaves no image', name))
}

function noRows(count: number): Int32Array {
  return new Int32Array(count).fill(-1)
}
