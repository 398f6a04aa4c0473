import { cpSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtinReleases } from '../../src/engines/builtin/contract'
import type { RunEvent } from '../../src/runs/events'
import { checkout as checkoutOf, pythons, slimOk, temporaryFolder } from './support'

/** What the built-in engine saves, in the hands of the real releases; and the reverse. */
const scratch = temporaryFolder('builtin')
const python = pythons[0] ?? 'python3'
const baseline = resolve('media/sample/baseline.pt')
let data = ''
beforeAll(() => {
  const args = ['sample', 'shapes', '--train', '48', '--val', '48', '--size', '96', '--json']
  data = JSON.parse(slimOk(args, scratch)).data
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

type Scores = { readonly mAP50: number; readonly mAP50_95: number; readonly precision: number }

function scoresOf(runDir: string): Scores {
  const lines = readFileSync(join(runDir, 'slim/events.jsonl'), 'utf8').trim().split('\n')
  const last = JSON.parse(lines.at(-1) ?? '') as RunEvent
  if (last.type !== 'finished') throw new Error(JSON.stringify(last))
  return last.summary as unknown as Scores
}

describe.each(builtinReleases)('%s', (release) => {
  const project = join(scratch, release)
  // Stock code leaves caches in its own folders.
  const checkout = join(project, 'checkout')
  beforeAll(() => cpSync(checkoutOf(release), checkout, { recursive: true }))
  const run = (stage: string, engine: string, name: string, ...rest: string[]): string => {
    const engineArgs = engine === 'pytorch' ? ['--python', python] : ['--threads', '2']
    const args = [
      ...[stage, '--engine', engine, ...engineArgs, '--checkout', checkout, '--data', data],
      ...['--img-size', '96', '--project', project, '--name', name, ...rest],
    ]
    slimOk(args, scratch)
    return join(project, name)
  }
  const cfg = release === 'v5.0' ? 'models/yolov5s.yaml' : 'models/yolov5n.yaml'
  // v5.0 has another network, so there the few epochs start from nothing.
  const start = ['--cfg', cfg, '--weights', release === 'v5.0' ? '' : baseline]

  it('validates, resumes and finetunes what the engine saved, with the same scores', () => {
    const trained = run('train', 'builtin', 'ours', ...start, '--epochs', '2', '--batch-size', '16')
    const best = join(trained, 'weights/best.pt')
    const ours = scoresOf(run('val', 'builtin', 'val-ours', '--weights', best))
    const stock = scoresOf(run('val', 'pytorch', 'val-stock', '--weights', best))
    for (const key of ['mAP50', 'mAP50_95', 'precision'] as const) {
      expect(Math.abs(ours[key] - stock[key]), key).toBeLessThan(0.002)
    }
    if (release !== 'v5.0') expect(ours.mAP50).toBeGreaterThan(0.9)
    run('finetune', 'pytorch', 'theirs', '--weights', best, '--epochs', '1', '--batch-size', '16')
  })

  it('finetunes with the engine what the release saved', () => {
    const theirs = join(project, 'theirs/weights/last.pt')
    const again = run(
      'finetune',
      'builtin',
      'again',
      '--weights',
      theirs,
      '--epochs',
      '1',
      '--batch-size',
      '16',
    )
    const before = scoresOf(run('val', 'builtin', 'val-theirs', '--weights', theirs))
    const stock = scoresOf(run('val', 'pytorch', 'val-theirs2', '--weights', theirs))
    expect(Math.abs(before.mAP50_95 - stock.mAP50_95)).toBeLessThan(0.002)
    expect(scoresOf(again).mAP50).toBeGreaterThanOrEqual(0)
  })
})
