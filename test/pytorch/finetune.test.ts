import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { defaultPlanOptions } from '../../src/core/slimming/plan'
import { pruneCheckpoint } from '../../src/core/slimming/pruneCheckpoint'
import { writeDataYaml } from '../support/squares'
import {
  inspectCheckpoint,
  makeWorkspace,
  ofType,
  run,
  type Style,
  start,
  until,
  type Workspace,
} from './support'

function prune(workspace: Workspace, weights: string): string {
  const output = join(workspace.root, 'pruned_model.pt')
  pruneCheckpoint({
    weights,
    output,
    options: { ...defaultPlanOptions, amount: { kind: 'percent', percent: 0.5 }, round: 1 },
    absorb: true,
    dryRun: false,
    imageSize: 64,
  })
  return output
}

describe.each<Style>(['old', 'new'])('a pruned checkpoint, %s style', (style) => {
  test('is finetuned, trained sparse again, stopped and resumed in its own shapes', async () => {
    const workspace = makeWorkspace(style)
    const first = await run(workspace, { style, name: 'base', epochs: 1 })
    expect(first.status, first.log).toBe(0)
    expect(first.log).toContain('autoanchor ran')
    const base = join(first.runDir, 'weights', 'last.pt')
    const pruned = prune(workspace, base)
    const { shapes, anchors } = inspectCheckpoint(workspace, pruned)
    expect(shapes).not.toEqual(inspectCheckpoint(workspace, base).shapes)

    const tuned = await run(workspace, { style, name: 'tuned', stage: 'finetune', weights: pruned })
    expect(tuned.status, tuned.log).toBe(0)
    const count = Object.keys(shapes).length
    expect(tuned.log).toContain(`${count} of ${count} tensors of ${pruned} matched`)
    expect(tuned.log).not.toContain('autoanchor ran')
    const after = inspectCheckpoint(workspace, join(tuned.runDir, 'weights', 'last.pt'))
    expect(after.shapes).toEqual(shapes)
    expect(after.anchors).toEqual(anchors)

    // Another sparse round, stopped on the way and resumed.
    const sparsity = { reg: 'prox', sr: 0.1, schedule: 'linear', percent: 0.5 } as const
    const round = { style, name: 'round', stage: 'sparse', epochs: 5, sparsity } as const
    const running = start(workspace, { ...round, weights: pruned })
    await until(() => ofType(running.events(), 'checkpoint').some(({ kind }) => kind === 'last'))
    await until(() => ofType(running.events(), 'epoch').length > 1)
    running.child.kill('SIGINT')
    const stopped = await running.ended
    expect(stopped.status, stopped.log).toBe(130)
    expect(stopped.events.at(-1)?.type).toBe('stopped')
    const last = join(stopped.runDir, 'weights', 'last.pt')
    const kept = inspectCheckpoint(workspace, last)
    expect(kept.shapes).toEqual(shapes)
    expect(kept.epoch).toBeGreaterThanOrEqual(0)
    expect(kept.epoch).toBeLessThan(4)

    const resumed = await run(workspace, { ...round, resume: last })
    expect(resumed.status, resumed.log).toBe(0)
    expect(resumed.events.slice(0, stopped.events.length)).toEqual(stopped.events)
    const rest = resumed.events.slice(stopped.events.length)
    expect(ofType(rest, 'started')[0]).toMatchObject({ resumed: true, epochs: 5 })
    const epochs = ofType(rest, 'epoch')
    expect(epochs[0]?.epoch).toBe(kept.epoch + 1)
    expect(epochs.at(-1)?.epoch).toBe(4)
    for (const { epoch, sr } of epochs) expect(sr).toBeCloseTo(0.1 * (1 - (0.9 * epoch) / 4), 9)
    expect(rest.at(-1)?.type).toBe('finished')
    expect(inspectCheckpoint(workspace, last)).toMatchObject({ epoch: -1, shapes })
  })

  test('with the --cfg of a wider model ends in a failure at every stage, not in a whole model', async () => {
    const workspace = makeWorkspace(style)
    const { runDir } = await run(workspace, { style, name: 'base', epochs: 1 })
    const base = join(runDir, 'weights', 'last.pt')
    const weights = prune(workspace, base)
    const wide = join(workspace.root, 'wide.yaml')
    const text = readFileSync(join(workspace.checkout, 'models/yolov5s.yaml'), 'utf8')
    writeFileSync(wide, text.replace('width_multiple: 0.50', 'width_multiple: 1.0'))
    const options = { style, epochs: 1, extra: ['--cfg', wide] } as const
    const sparsity = { reg: 'prox', sr: 0.1, schedule: 'linear', percent: 0.5 } as const
    for (const stage of ['train', 'sparse', 'finetune'] as const) {
      const more = stage === 'sparse' ? { sparsity } : {}
      const tried = await run(workspace, { ...options, ...more, name: stage, stage, weights })
      expect(tried.status, tried.log).toBe(1)
      expect(tried.events.at(-1)).toMatchObject({
        ...{ type: 'failed', code: 'weights/not-matched' },
        remedy: expect.stringContaining('Leave --cfg out'),
      })
    }
    const data = writeDataYaml(join(workspace.root, 'data'), 'three.yaml', ['a', 'b', 'c'])
    const other = await run(workspace, { ...options, name: 'classes', weights, data })
    expect(other.events.at(-1)).toMatchObject({ type: 'failed', code: 'weights/not-matched' })

    // Whole weights of a narrower relative are stock's transfer.
    const relative = await run(workspace, { ...options, name: 'relative', weights: base })
    expect(relative.status, relative.log).toBe(0)
    const codes = ofType(relative.events, 'warning').map(({ code }) => code)
    expect(codes).toEqual(['weights/partial'])
  })

  test('with another class count ends in a failure that says so', async () => {
    const workspace = makeWorkspace(style)
    const { runDir } = await run(workspace, { style, name: 'base', epochs: 1 })
    const base = join(runDir, 'weights', 'last.pt')
    const data = writeDataYaml(join(workspace.root, 'data'), 'three.yaml', ['a', 'b', 'c'])
    const weights = prune(workspace, base)
    const tuned = await run(workspace, { style, name: 't', stage: 'finetune', weights, data })
    expect(tuned.status).toBe(1)
    expect(tuned.events.at(-1)).toMatchObject({ type: 'failed', code: 'data/class-mismatch' })

    // Ordinary transfer learning to another class count is nothing unusual.
    const transfer = await run(workspace, { style, name: 'o', epochs: 1, weights: base, data })
    expect(transfer.status, transfer.log).toBe(0)
    const codes = ofType(transfer.events, 'warning').map(({ code }) => code)
    expect(codes).toEqual(['weights/class-count'])
  })
})

test('a pruned checkpoint stays small where another package keeps its own torch.load', async () => {
  const workspace = makeWorkspace('new')
  const within = (...path: string[]) => join(workspace.checkout, ...path)
  // As later checkouts do, with versions of the package ultralytics that bind torch.load when they are imported.
  mkdirSync(within('ultralytics'))
  writeFileSync(
    within('ultralytics', '__init__.py'),
    'import torch\n__version__ = "8"\nkept = torch.load\ndef torch_load(*args, **kwargs):\n    return kept(*args, **kwargs)\n',
  )
  const edit = (file: string, from: string | RegExp, to: string) =>
    writeFileSync(within(file), readFileSync(within(file), 'utf8').replace(from, to))
  edit('utils/general.py', 'import torch\n', 'import torch\nimport ultralytics\n')
  edit('train.py', 'import torch\n', 'import torch\nfrom ultralytics import torch_load\n')
  edit('train.py', 'torch.load(weights', 'torch_load(weights')

  const base = await run(workspace, { style: 'new', name: 'base', epochs: 1 })
  expect(base.status, base.log).toBe(0)
  const weights = prune(workspace, join(base.runDir, 'weights', 'last.pt'))
  const { shapes } = inspectCheckpoint(workspace, weights)
  const tuned = await run(workspace, { style: 'new', name: 'tuned', stage: 'finetune', weights })
  expect(tuned.status, tuned.log).toBe(0)
  const last = join(tuned.runDir, 'weights', 'last.pt')
  expect(inspectCheckpoint(workspace, last).shapes).toEqual(shapes)
})
