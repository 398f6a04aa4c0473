import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PruneReport } from '../../src/core/slimming/pruneCheckpoint'
import type { RunEvent } from '../../src/runs/events'
import {
  checkout,
  drawShapes,
  helper,
  isOldStyle,
  pythons,
  releases,
  slim,
  slimOk,
  snapshotOf,
  stockAt,
  temporaryFolder,
} from './support'

/** The whole loop on a copy of every release: short, but real; how well it trains is measured elsewhere. */
const folder = temporaryFolder('loop')
const data = drawShapes(join(folder, 'shapes'), 48, 16)

function events(repo: string, name: string): readonly RunEvent[] {
  const log = readFileSync(join(repo, 'runs', name, 'slim/events.jsonl'), 'utf8')
  return log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function only<T extends RunEvent['type']>(list: readonly RunEvent[], type: T) {
  return list.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type)
}

describe.each(pythons)('with %s', (python) => {
  it.each(releases)('%s: train, sparse, prune, finetune, second round, val', (release) => {
    const repo = join(folder, `${release}-${pythons.indexOf(python)}`)
    cpSync(checkout(release), repo, { recursive: true })
    const before = snapshotOf(repo)
    const cfg = isOldStyle(release) ? 'models/yolov5s.yaml' : 'models/yolov5n.yaml'
    // val.py of v6.0 and test.py have no --workers.
    const evaluation = ['--python', python, '--data', data, '--img', '96', '--batch', '16']
    const common = [...evaluation, '--workers', '0']
    const train = [...common, '--device', 'cpu']

    slimOk(
      ['train', ...train, '--weights', '', '--cfg', cfg, '--epochs', '2', '--name', 'base'],
      repo,
    )
    const base = events(repo, 'train/base')
    expect(only(base, 'epoch').map(({ epoch }) => epoch)).toEqual([0, 1])
    expect(base.at(-1)?.type).toBe('finished')

    const weights = (name: string) => `runs/train/${name}/weights/last.pt`
    const sparse = ['--cfg', cfg, '--epochs', '3', '--sr', 'auto', '--percent', '0.6']
    slimOk(['sparse', ...train, ...sparse, '--weights', weights('base'), '--name', 'sparse'], repo)
    const log = events(repo, 'train/sparse')
    const [started] = only(log, 'started')
    expect(started?.layers.length).toBeGreaterThan(50)
    expect(started?.sparsity?.sr).toBeGreaterThan(0)
    const medians = only(log, 'gamma').map(({ layers }) =>
      layers.reduce((sum, { quantiles }) => sum + quantiles[2], 0),
    )
    expect(medians.at(-1)).toBeLessThan(medians[0] ?? 0)

    const prune = ['prune', '--weights', weights('sparse'), '--percent', '0.4', '--json']
    const report: PruneReport = JSON.parse(slimOk(prune, repo))
    expect(basename(report.output)).toBe('pruned_model.pt')
    expect(report.parameters.after).toBeLessThan(report.parameters.before * 0.75)

    const finetune = [...train, '--weights', 'pruned_model.pt', '--epochs', '2']
    slimOk(['finetune', ...finetune, '--name', 'finetune'], repo)
    expect(events(repo, 'train/finetune').at(-1)?.type).toBe('finished')
    const inspected = JSON.parse(slimOk(['inspect', weights('finetune'), '--json'], repo))
    expect(inspected.parameters).toBe(report.parameters.after)

    const second = [
      '--weights',
      weights('finetune'),
      '--epochs',
      '1',
      '--sr',
      '0.01',
      '--name',
      'round2',
    ]
    slimOk(['sparse', ...train, ...second], repo)
    const again = JSON.parse(slimOk(['inspect', weights('round2'), '--json'], repo))
    expect(again.parameters).toBe(report.parameters.after)

    const ours = slimOk(
      [
        'val',
        ...evaluation,
        '--weights',
        weights('finetune'),
        '--device',
        'cpu',
        '--name',
        'val',
        '--json',
      ],
      repo,
    )
    const finished = JSON.parse(ours.trim().split('\n').at(-1) ?? '')
    const stock = stockAt(python, repo, isOldStyle(release) ? 'test.py' : 'val.py', [
      '--weights',
      weights('finetune'),
      '--data',
      data,
      isOldStyle(release) ? '--img-size' : '--imgsz',
      '96',
      '--device',
      'cpu',
    ])
    const columns = /all\s+16\s+\d+\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)/.exec(stock)
    expect(finished.type).toBe('finished')
    expect(finished.summary.mAP50).toBeCloseTo(Number(columns?.[3]), 2)

    const lineage = JSON.parse(slimOk(['runs', '--json'], repo))
    expect(JSON.stringify(lineage)).toContain('finetune')
    expect(snapshotOf(repo)).toBe(before)
  })

  it.each(releases)(
    '%s: refuses wrong classes and missing data before anything starts',
    (release) => {
      const repo = join(folder, `${release}-links`)
      symlinkSync(checkout(release), repo)
      const project = join(folder, `${release}-refused`)
      const refusal = (stage: string, file: string, ...model: string[]): string => {
        const flags = ['--python', python, '--data', file, '--project', project]
        const { status, stderr } = slim([stage, ...flags, ...model], repo)
        expect(status).toBe(2)
        expect(existsSync(project)).toBe(false)
        return stderr
      }
      const cfg = 'models/yolov5s.yaml'
      const fresh = ['--weights', '', '--cfg', cfg]
      expect(refusal('train', 'nowhere.yaml', ...fresh)).toMatch(/file\/not-found.*nowhere\.yaml/)

      const yaml = readFileSync(data, 'utf8')
      const miscounted = join(folder, `${release}-miscounted.yaml`)
      writeFileSync(miscounted, yaml.replace('nc: 3', 'nc: 4'))
      // Since v7.0 the names are counted.
      if (!['v7.0', 'master'].includes(release)) {
        expect(refusal('train', miscounted, ...fresh)).toContain('data/nc-mismatch')
      }

      const weights = join(folder, `${release}-three.pt`)
      helper(python, release, 'random_checkpoint.py', [checkout(release), cfg, weights])
      const fewer = join(folder, `${release}-fewer.yaml`)
      writeFileSync(fewer, yaml.replace('nc: 3', 'nc: 2').replace(", 'triangle'", ''))
      expect(refusal('finetune', fewer, '--weights', weights)).toContain('data/class-mismatch')
    },
  )
})
