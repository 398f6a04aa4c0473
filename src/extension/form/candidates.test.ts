import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { RunManifest } from '../../runs/manifest'
import { type RunSnapshot, snapshot } from '../../runs/snapshot'
import { emptyDigest, type RunDigest } from '../../runs/state'
import { formCandidates, runOutputs } from './candidates'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function run(
  stage: RunManifest['stage'],
  createdAt: number,
  checkpoints: RunDigest['checkpoints'],
): RunSnapshot {
  const runDir = `/w/runs/train/${stage}${createdAt}`
  const manifest = { v: 1, id: `${createdAt}`, stage, createdAt } as unknown as RunManifest
  return snapshot(runDir, manifest, { ...emptyDigest, checkpoints }, 'gone')
}

const file = (name: string) => ({ path: `/w/runs/train/${name}`, bytes: 1 })
const runs = [
  run('train', 5, { best: file('t5/best.pt') }),
  run('sparse', 2, { last: file('s2/last.pt'), best: file('s2/best.pt') }),
  run('sparse', 4, { last: file('s4/last.pt'), best: file('s4/best.pt') }),
  run('prune', 3, { pruned: { path: '/elsewhere/pruned.pt', bytes: 1 } }),
  run('finetune', 6, {}),
]

it('offers the newest of the fitting stage first', () => {
  expect(runOutputs('prune', '/w', runs).map(({ value }) => value)).toEqual([
    'runs/train/s4/last.pt',
    'runs/train/s2/last.pt',
    'runs/train/t5/best.pt',
  ])
  expect(runOutputs('finetune', '/w', runs).map(({ value }) => value)).toEqual([
    '/elsewhere/pruned.pt',
  ])
  expect(runOutputs('train', '/w', runs)).toEqual([])
  const [best] = runOutputs('prune', '/w', runs)
  expect(best).toMatchObject({ description: 'Sparse · sparse4', stage: 'sparse' })
})

it('lists yamls by what they are for, and checkpoints', async () => {
  const root = mkdtempSync(join(tmpdir(), 'candidates-'))
  folders.push(root)
  for (const folder of ['models/hub', 'data', 'weights']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  const files = [
    'models/yolov5n.yaml',
    'models/hub/anchors.yaml',
    'data/my.yaml',
    'data/hyp.x.yaml',
  ]
  const texts: Record<string, string> = {
    'models/yolov5n.yaml': 'nc: 80\nbackbone:\n  []\nhead:\n  []\n',
    'data/my.yaml': '# mine\ntrain: a\nval: b\n',
    'data/hyp.x.yaml': 'lr0: 0.01  # train: of\n',
  }
  for (const path of [...files, 'weights/a.pt', 'b.pt']) {
    writeFileSync(join(root, path), texts[path] ?? '')
  }
  const context = await formCandidates('sparse', root, runs)
  expect(context.models).toEqual([{ value: 'models/yolov5n.yaml' }])
  expect(context.hyps).toEqual([{ value: 'data/hyp.x.yaml' }])
  expect(context.dataSets).toEqual([{ value: 'data/my.yaml' }])
  expect(context.checkpoints.map(({ value }) => value).slice(-2)).toEqual(['weights/a.pt', 'b.pt'])
  expect(context.newest).toBe('/w/runs/train/t5/best.pt')
  expect([context.exists('b.pt'), context.exists('c.pt')]).toEqual([true, false])
})
