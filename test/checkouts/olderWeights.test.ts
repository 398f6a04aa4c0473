import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { PruneReport } from '../../src/core/slimming/pruneCheckpoint'
import {
  checkout,
  drawShapes,
  helper,
  isOldStyle,
  pythons,
  releases,
  slim,
  slimOk,
  temporaryFolder,
} from './support'

/** Pruned weights of one release, finetuned by another that loads them; they stay as small as they are. */
const folder = temporaryFolder('older')
const data = drawShapes(join(folder, 'shapes'), 16, 8)
const [python = 'python3'] = pythons

function prunedOf(release: string): { readonly weights: string; readonly parameters: number } {
  const whole = join(folder, `${release}.pt`)
  const weights = join(folder, `${release}-pruned.pt`)
  const cfg = 'models/yolov5s.yaml'
  helper(python, release, 'random_checkpoint.py', [checkout(release), cfg, whole])
  const prune = ['prune', '--weights', whole, '--output', weights, '--percent', '0.5', '--json']
  const report: PruneReport = JSON.parse(slimOk(prune, folder))
  return { weights, parameters: report.parameters.after }
}

const pairs = [
  ...releases
    .filter((release) => !isOldStyle(release))
    .map((release) => ['v5.0', release] as const),
  ['v7.0', 'v6.2'] as const,
  ...(releases.includes('master') ? ([['v7.0', 'master']] as const) : []),
]
const pruned = new Map<string, ReturnType<typeof prunedOf>>()
beforeAll(() => {
  for (const release of new Set(pairs.map(([from]) => from))) {
    pruned.set(release, prunedOf(release))
  }
})

it.each(pairs)('%s’s in %s', (from, release) => {
  const { weights = '', parameters } = pruned.get(from) ?? {}
  const repo = join(folder, `${from}-in-${release}`)
  cpSync(checkout(release), repo, { recursive: true })
  const words = ['--python', python, '--data', data, '--img', '96', '--device', 'cpu']
  const training = [...words, '--weights', weights, '--epochs', '1', '--workers', '0']
  const { status, stdout, stderr } = slim(['finetune', ...training, '--batch', '8'], repo)
  expect(status, stdout + stderr).toBe(0)
  const last = 'runs/train/exp/weights/last.pt'
  expect(JSON.parse(slimOk(['inspect', last, '--json'], repo)).parameters).toBe(parameters)
})
