import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openModelFile } from '../../src/engines/builtin/checkpoint/open'
import { readProgress } from '../../src/engines/builtin/checkpoint/progress'
import { builtinReleases } from '../../src/engines/builtin/contract'
import type { RunEvent } from '../../src/runs/events'
import {
  checkout as checkoutOf,
  pythons,
  releases,
  slimInterrupted,
  slimOk,
  stockAt,
  temporaryFolder,
} from './support'

/** What the built-in engine saves, in the hands of the real releases; and the reverse. */
const scratch = temporaryFolder('builtin')
const python = pythons[0] ?? 'python3'
const baseline = resolve('media/sample/baseline.pt')
let data = ''
beforeAll(() => {
  const args = ['sample', 'shapes', '--train', '48', '--val', '48', '--size', '96', '--json']
  data = JSON.parse(slimOk(args, scratch)).data
})

type Scores = { readonly mAP50: number; readonly mAP50_95: number; readonly precision: number }

function scoresOf(runDir: string): Scores {
  const lines = readFileSync(join(runDir, 'slim/events.jsonl'), 'utf8').trim().split('\n')
  const last = JSON.parse(lines.at(-1) ?? '') as RunEvent
  if (last.type !== 'finished') throw new Error(JSON.stringify(last))
  return last.summary as unknown as Scores
}

/** Rows of results.csv, or of v5.0's results.txt. */
function rowsOf(runDir: string): string[][] {
  const [file = ''] = readdirSync(runDir).filter((name) => /^results\.(?:csv|txt)$/.test(name))
  const lines = readFileSync(join(runDir, file), 'utf8').trim().split('\n')
  return lines
    .map((line) => line.trim().split(/[\s,/]+/))
    .filter(([epoch]) => /^\d+$/.test(epoch ?? ''))
}

function epochsIn(runDir: string): number[] {
  return rowsOf(runDir).map(([epoch]) => Number(epoch))
}

/** A tenth of mAP50 and the rest of mAP50_95, as utils/metrics.py weighs them; columns of either file. */
function fitnessOf(runDir: string): number[] {
  return rowsOf(runDir).map((row) => {
    // `0/2` of results.txt is two cells here.
    const at = row.length === 16 ? 11 : 6
    return 0.1 * Number(row[at]) + 0.9 * Number(row[at + 1])
  })
}

/** The branch after v7.0 is trained as v7.0. */
const asReleases = [...builtinReleases, ...releases.filter((release) => release === 'master')]

describe.each(asReleases)('%s', (release) => {
  const project = join(scratch, release)
  // Stock code leaves caches in its own folders.
  const checkout = join(project, 'checkout')
  beforeAll(() => cpSync(checkoutOf(release), checkout, { recursive: true }))
  const argsOf = (stage: string, engine: string): string[] => {
    const engineArgs =
      engine === 'pytorch' ? ['--python', python] : ['--device', 'wasm', '--threads', '2']
    return [stage, '--engine', engine, ...engineArgs, '--checkout', checkout]
  }
  const flagsOf = (name: string, rest: readonly string[]): string[] => {
    return ['--data', data, '--img-size', '96', '--project', project, '--name', name, ...rest]
  }
  const run = (stage: string, engine: string, name: string, ...rest: string[]): string => {
    slimOk([...argsOf(stage, engine), ...flagsOf(name, rest)], scratch)
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

  // Enough of them that a stop at the first still finds it at work.
  const stoppable = [...start, '--epochs', '8', '--batch-size', '16']
  const allEpochs = [...Array(8).keys()]

  it('goes on in the stock train.py where the engine was stopped', async () => {
    const flags = flagsOf('stopped', stoppable)
    await slimInterrupted([...argsOf('train', 'builtin'), ...flags], scratch)
    const last = join(project, 'stopped/weights/last.pt')
    const printed = stockAt(python, checkout, 'train.py', ['--resume', last])
    expect(printed).toMatch(/[1-7] epochs completed/)
    expect(epochsIn(join(project, 'stopped'))).toEqual(allEpochs)
  })

  it('goes on in the engine where PyTorch was stopped, and keeps its best', async () => {
    // v6.0 and v6.1 load nothing newer than themselves: they start from what the engine wrote for them.
    const weights = ['--weights', join(project, 'ours/weights/best.pt')]
    const flags = flagsOf('theirs-stopped', [...stoppable, ...weights])
    await slimInterrupted([...argsOf('train', 'pytorch'), ...flags, '--device', 'cpu'], scratch)
    const runDir = join(project, 'theirs-stopped')
    // As if train.py itself had begun it.
    rmSync(join(runDir, 'slim'), { recursive: true })
    const last = join(runDir, 'weights/last.pt')
    const { bestFitness } = readProgress(openModelFile(last), 'SGD')
    if (release !== 'v5.0') expect(bestFitness).toBeGreaterThan(0.3)
    slimOk([...argsOf('train', 'builtin'), '--resume', last], scratch)
    expect(epochsIn(runDir)).toEqual(allEpochs)
    const best = Math.max(bestFitness, ...fitnessOf(runDir))
    const scores = scoresOf(
      run('val', 'builtin', 'val-resumed', '--weights', `${runDir}/weights/best.pt`),
    )
    expect(Math.abs(0.1 * scores.mAP50 + 0.9 * scores.mAP50_95 - best)).toBeLessThan(0.01)
  })
})
