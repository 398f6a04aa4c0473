import { describe, expect, it } from 'vitest'
import {
  batchNorm,
  bottleneck,
  conv,
  conv2d,
  detect,
  model,
  node,
  sequential,
  silu,
  tensor,
} from '../../../test/support/modules'
import { networkCost } from './cost'
import { buildChannelGraph } from './graph'

const byName = (graph: ReturnType<typeof buildChannelGraph>, name: string) => {
  const found = graph.norms.find((norm) => norm.name === name)
  if (!found) throw new Error(`no ${name}`)
  return found
}

function c3(add: boolean, extra: Record<string, ReturnType<typeof node>> = {}) {
  return node('models.common.C3', {
    cv1: conv(4, [1, 2]),
    cv2: conv(4, [1, 2]),
    cv3: conv(4, [1, 2, 3, 4]),
    m: sequential(bottleneck([1, 2], [3, 4], add), bottleneck([1, 2], [3, 4], add)),
    ...extra,
  })
}

describe('ties', () => {
  it('ties cv1 and every cv2 of a C3 whose bottlenecks add, and nothing else', () => {
    const graph = buildChannelGraph(
      model([-1, conv(3, [1, 1, 1, 1])], [-1, c3(true)], [[-1], detect(4)]),
    )
    const tied = graph.norms.filter(({ tie }) => tie !== undefined).map(({ name }) => name)
    expect(tied).toEqual(['model.1.cv1.bn', 'model.1.m.0.cv2.bn', 'model.1.m.1.cv2.bn'])
    expect(byName(graph, 'model.1.m.1.cv2.bn').tie).toBe('model.1.cv1.bn')
    expect(byName(graph, 'model.1.m.0.cv2.bn').groups).toEqual(
      byName(graph, 'model.1.cv1.bn').groups,
    )
    expect(byName(graph, 'model.1.m.0.cv1.bn').groups).not.toEqual(
      byName(graph, 'model.1.cv1.bn').groups,
    )
  })

  it('ties nothing where bottlenecks do not add', () => {
    const graph = buildChannelGraph(
      model([-1, conv(3, [1, 1, 1, 1])], [-1, c3(false)], [[-1], detect(4)]),
    )
    expect(graph.norms.every(({ tie }) => tie === undefined)).toBe(true)
    expect(graph.norms.every(({ prunable }) => prunable)).toBe(true)
  })

  it('ties a depthwise convolution to what it reads', () => {
    const depthwise = conv(2, [1, 1], { groups: 2, kernel: 3, className: 'models.common.DWConv' })
    const graph = buildChannelGraph(
      model([-1, conv(3, [1, 1])], [-1, depthwise], [[-1], detect(2)]),
    )
    expect(byName(graph, 'model.1.bn').groups).toEqual(byName(graph, 'model.0.bn').groups)
  })
})

describe('where channels come from', () => {
  it('follows a concatenation in order', () => {
    const graph = buildChannelGraph(
      model(
        [-1, conv(3, [1, 1])],
        [-1, conv(2, [1, 1, 1])],
        [[-1, 0], node('models.common.Concat', {}, { d: 1 })],
        [-1, conv(5, [1])],
        [[-1], detect(1)],
      ),
    )
    const consumer = graph.convs.find(({ name }) => name === 'model.3.conv')
    expect([...(consumer?.columnGroups ?? [])]).toEqual([
      ...byName(graph, 'model.1.bn').groups,
      ...byName(graph, 'model.0.bn').groups,
    ])
  })

  it('knows that Focus turns three channels into twelve', () => {
    const focus = node('models.common.Focus', { conv: conv(12, [1, 1]) })
    const graph = buildChannelGraph(model([-1, focus], [[-1], detect(2)]))
    expect(graph.warnings).toEqual([])
    expect(graph.convs[0]?.scale).toBe(1 / 4)
  })

  it('gates the bare convolutions of BottleneckCSP by the one BatchNorm over both', () => {
    const csp = node('models.common.BottleneckCSP', {
      cv1: conv(2, [1, 1]),
      cv2: conv2d({ inputs: 2, outputs: 2 }),
      cv3: conv2d({ inputs: 2, outputs: 2 }),
      cv4: conv(4, [1, 1]),
      bn: batchNorm([1, 2, 3, 4]),
      act: silu,
      m: sequential(bottleneck([1, 1], [1, 1], false)),
    })
    const graph = buildChannelGraph(model([-1, conv(3, [1, 1])], [-1, csp], [[-1], detect(2)]))
    const [cv2, cv3] = ['model.1.cv2', 'model.1.cv3'].map((name) =>
      graph.convs.find((conv) => conv.name === name),
    )
    expect([...(cv3?.rowGroups ?? []), ...(cv2?.rowGroups ?? [])]).toEqual([
      ...byName(graph, 'model.1.bn').groups,
    ])
    const norm = graph.norms.findIndex(({ name }) => name === 'model.1.bn')
    expect(cv2?.sinks).toEqual([
      { norm, channel: 2 },
      { norm, channel: 3 },
    ])
    expect(graph.norms.every(({ prunable }) => prunable)).toBe(true)
  })

  it('carries act(beta) as the constant of a removed channel', () => {
    const graph = buildChannelGraph(
      model([-1, conv(3, [1, 1], { beta: [1, -2] })], [[-1], detect(2)]),
    )
    const head = graph.convs.find(({ name }) => name === 'model.1.m.0')
    expect([...(head?.columnConstants ?? [])]).toEqual([
      1 / (1 + Math.exp(-1)),
      -2 / (1 + Math.exp(2)),
    ])
  })
})

describe('what must stay', () => {
  it('leaves an unknown module whole, names it, and goes on behind it', () => {
    const graph = buildChannelGraph(
      model(
        [-1, conv(3, [1, 1])],
        [-1, node('models.extra.Attention', { bn: batchNorm([1, 1]) })],
        [-1, conv(2, [1, 1, 1])],
        [[-1], detect(3)],
      ),
    )
    expect(graph.warnings).toEqual([
      { code: 'graph/not-understood', text: expect.stringContaining('models.extra.Attention') },
    ])
    expect(byName(graph, 'model.0.bn').prunable).toBe(false)
    expect(byName(graph, 'model.0.bn').reason).toContain('model.1')
    expect(byName(graph, 'model.1.bn').prunable).toBe(false)
    expect(byName(graph, 'model.2.bn').prunable).toBe(true)
  })

  it('does not trust a known class that holds something else', () => {
    const graph = buildChannelGraph(
      model(
        [-1, conv(3, [1, 1, 1, 1])],
        [-1, c3(true, { attention: conv(4, [1, 1, 1, 1]) })],
        [[-1], detect(4)],
      ),
    )
    expect(graph.warnings[0]?.text).toContain('attention')
    expect(graph.norms.filter(({ prunable }) => prunable)).toEqual([])
  })

  it.each([
    ['weights', node('utils.activations.AconC', {}, {}, { p1: tensor([1, 2, 1, 1]) })],
    ['layers', node('utils.activations.FReLU', { bn: batchNorm([1, 1]) })],
  ])('keeps what an activation with %s of its own reads, before a depthwise one too', (_, act) => {
    const plain = conv(3, [1, 1])
    const depthwise = conv(2, [1, 1], { groups: 2, kernel: 3 })
    const graphOf = (first: typeof plain) =>
      buildChannelGraph(model([-1, first], [-1, depthwise], [[-1], detect(2)]))
    const graph = graphOf({ ...plain, children: { ...plain.children, act } })
    for (const name of ['model.0.bn', 'model.1.bn']) {
      expect(byName(graph, name).prunable).toBe(false)
      expect(byName(graph, name).reason).toContain(act.className)
    }
    expect(graphOf(plain).norms.every(({ prunable }) => prunable)).toBe(true)
  })

  it('keeps a plain convolution’s channels, which nothing gates', () => {
    const graph = buildChannelGraph(
      model(
        [-1, conv2d({ inputs: 3, outputs: 2, bias: true })],
        [-1, conv(2, [1, 1])],
        [[-1], detect(2)],
      ),
    )
    const plain = graph.convs[0]?.rowGroups ?? []
    expect([...plain].every((group) => graph.groups[group]?.fixed !== undefined)).toBe(true)
  })

  it('keeps the inputs of a layer whose channel counts do not add up', () => {
    const graph = buildChannelGraph(
      model([-1, conv(3, [1, 1])], [-1, conv(5, [1])], [[-1], detect(1)]),
    )
    expect(graph.warnings[0]?.text).toContain('model.1')
    expect(byName(graph, 'model.0.bn').prunable).toBe(false)
  })

  it('finds no BatchNorm in a fused model', () => {
    const fused = node('models.common.Conv', {
      conv: conv2d({ inputs: 3, outputs: 2, bias: true }),
      act: silu,
    })
    const graph = buildChannelGraph(model([-1, fused], [[-1], detect(2)]))
    expect(graph.norms).toEqual([])
  })

  it.each([0, Number.NaN, 1e200])('leaves a layer whole whose stride is %s', (stride) => {
    const graph = buildChannelGraph(
      model([-1, conv(3, [1, 1])], [-1, conv(2, [1, 1], { stride })], [[-1], detect(2)]),
    )
    expect(graph.warnings.map(({ code }) => code)).toEqual(['graph/not-understood'])
    expect(graph.convs.every(({ scale }) => Number.isFinite(scale))).toBe(true)
  })

  it('refuses a model without a sequence of layers', () => {
    expect(() => buildChannelGraph(node('resnet.ResNet'))).toThrow(
      expect.objectContaining({ code: 'model/not-yolov5' }),
    )
  })
})

it('counts parameters and multiply-adds', () => {
  const graph = buildChannelGraph(
    model([-1, conv(3, [1, 1], { kernel: 3, stride: 2 })], [[-1], detect(2)]),
  )
  const whole = networkCost(graph, new Uint8Array(graph.groups.length), 10)
  expect(whole.parameters).toBe(3 * 2 * 9 + 2 * 2 + 2 * 6 + 6)
  expect(whole.gflops).toBeCloseTo((2 * (54 * 25 + 12 * 25)) / 1e9, 15)
  const removed = new Uint8Array(graph.groups.length)
  removed[graph.norms[0]?.groups[0] ?? -1] = 1
  expect(networkCost(graph, removed, 10).parameters).toBe(3 * 9 + 2 + 6 + 6)
})
