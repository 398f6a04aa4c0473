import { copyFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as v from 'valibot'
import { afterAll, expect, it } from 'vitest'
import { isProblem, Preview } from '../../src/core/slimming/preview'
import type { PruneReport } from '../../src/core/slimming/pruneCheckpoint'
import { initialOptions, pruneArguments } from '../../src/extension/preview/arguments'
import type { PreviewOptions } from '../../src/extension/preview/contract'
import { normsSchema, viewSchema } from '../../src/extension/preview/viewSchema'
import { golden, scratchFolder, slim } from './program'

const scratch = scratchFolder()
afterAll(scratch.dispose)

async function json(args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await slim(args, { cwd: scratch.path })
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

const start = initialOptions('pruned_model.pt')

it.each<[string, string, PreviewOptions]>([
  ['half', resolve('media/sample/baseline.pt'), start],
  ['by filters', golden('v6.0.pt'), { ...start, criterion: 'l2', reduction: 'sum', round: 2 }],
  [
    'with limits',
    golden('v5.0.pt'),
    {
      ...start,
      amount: { kind: 'percent', percent: 0.7 },
      ...{ round: 1, minChannels: 3, maxLayerPercent: 0.6, keep: ['model.1.*'], imageSize: 320 },
    },
  ],
  [
    'what is zero',
    golden('v7.0.pt'),
    { ...start, amount: { kind: 'zero', epsilon: 0.5 }, criterion: 'gamma' },
  ],
])('the preview shows what prune --dry-run --json prints: %s', async (_, from, options) => {
  const file = join(scratch.path, 'model.pt')
  copyFileSync(from, file)
  const { network } = v.parse(viewSchema, await json(['internal-checkpoint', file]))
  const norms = v.parse(normsSchema, await json(['internal-checkpoint', '--norms', file]))
  if (!network) throw new Error('no network')
  const outcome = new Preview(network, norms).outcome(options)
  if (isProblem(outcome)) throw new Error(outcome.text)
  const args = [...pruneArguments('model.pt', options), '--dry-run', '--json']
  const report = (await json(args)) as PruneReport
  const { plan, parameters, gflops, bytes } = outcome
  expect(plan.layers).toEqual(report.layers)
  expect(plan.threshold).toBe(report.threshold)
  expect(plan.percentReached).toBe(report.percentReached)
  expect(plan.warnings).toEqual(report.warnings)
  expect(parameters).toEqual(report.parameters)
  expect(gflops).toEqual(report.gflops)
  expect(bytes).toEqual(report.bytes)
})

it('says what is wrong with a file that is no checkpoint', async () => {
  const { code, stderr } = await slim(['internal-checkpoint', golden('header.onnx')])
  expect(code).toBe(2)
  expect(stderr).toContain('error[checkpoint/onnx]')
})
