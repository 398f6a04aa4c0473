import { expect, it, vi } from 'vitest'
import { openCheckpoint } from '../checkpoint/checkpoint'
import { checkpointModel } from '../checkpoint/model'
import { moduleTree } from '../checkpoint/moduleTree'
import { golden } from '../checkpoint/testing'
import { PyList, PyObject, type PyTensor, type PyValue } from '../checkpoint/values'
import { buildChannelGraph } from './graph'
import { defaultPlanOptions, type PlanOptions, planPrune } from './plan'
import { pruneCheckpoint } from './pruneCheckpoint'
import { prunedSize } from './prunedSize'
import { sizeFacts } from './sizeFacts'

vi.setConfig({ testTimeout: 120_000 })

const percent = (share: number): PlanOptions['amount'] => ({ kind: 'percent', percent: share })

function opened(file: string) {
  const checkpoint = openCheckpoint(file)
  const { model } = checkpointModel(checkpoint.root)
  return { checkpoint, model, graph: buildChannelGraph(moduleTree(checkpoint, model)) }
}

it.each([
  ['v5.0', golden('v5.0.pt')],
  ['v6.0', golden('v6.0.pt')],
  ['v7.0', golden('v7.0.pt')],
  ['a trained YOLOv5n', 'media/sample/baseline.pt'],
])('tells the size of a pruned %s to the byte', (_, file) => {
  const { checkpoint, graph } = opened(file)
  const facts = sizeFacts(checkpoint, graph)
  checkpoint.close()
  if (!facts) throw new Error('no facts')
  for (const [amount, round, absorb] of [
    [percent(0), 8, true],
    [percent(0.02), 1, true],
    [percent(0.02), 1, false],
    [percent(0.4), 1, true],
    [percent(0.6), 8, true],
    [percent(0.85), 1, false],
    [{ kind: 'zero', epsilon: 0.3 }, 2, true],
  ] as const) {
    const options = { ...defaultPlanOptions, amount, round }
    const { removed } = planPrune(graph, options)
    const report = pruneCheckpoint({
      ...{ weights: file, output: 'unused.pt', options, absorb },
      ...{ dryRun: true, imageSize: 640 },
    })
    expect(prunedSize(graph, facts, removed, absorb)).toEqual(report.bytes)
  }
})

it('leaves it open where tensors share their storage', () => {
  const { checkpoint, graph, model } = opened(golden('v6.0.pt'))
  const weights = tensorsOf(model)
  const [first, second] = weights
  if (!first || !second) throw new Error('no tensors')
  second.storage = first.storage
  expect(sizeFacts(checkpoint, graph)).toBeUndefined()
  checkpoint.close()
})

/** Every tensor below a value. */
function tensorsOf(value: PyValue): PyTensor[] {
  const found: PyTensor[] = []
  const seen = new Set<unknown>()
  const walk = (at: unknown): void => {
    if (typeof at !== 'object' || at === null || seen.has(at)) return
    seen.add(at)
    if ((at as { kind?: string }).kind === 'tensor') found.push(at as PyTensor)
    else if (at instanceof PyObject) {
      for (const part of [at.args, at.state, at.listItems, at.dictItems]) walk(part)
    } else if (at instanceof PyList || (at as { items?: unknown }).items) {
      walk((at as { items: unknown }).items)
    } else if ((at as { entries?: unknown }).entries && !Array.isArray(at)) {
      walk((at as { entries: unknown }).entries)
    } else if (Array.isArray(at)) at.forEach(walk)
  }
  walk(value)
  return found
}
