import { expect, it } from 'vitest'
import type { RunManifest } from '../../runs/manifest'
import { type RunSnapshot, snapshot } from '../../runs/snapshot'
import { emptyDigest, type RunDigest } from '../../runs/state'
import { parentRuns, prefill } from './parents'

function run(
  stage: RunManifest['stage'],
  createdAt: number,
  rest: {
    readonly parent?: string
    readonly words?: readonly string[]
    readonly data?: string
    readonly checkpoints?: RunDigest['checkpoints']
  },
): RunSnapshot {
  const { parent, words = [], data, checkpoints = {} } = rest
  const sha256 = data === undefined ? {} : { data: { path: data, sha256: '' } }
  const manifest = {
    ...{ v: 1, id: `${createdAt}`, stage, createdAt, commandLine: words },
    ...(parent ? { parent } : {}),
    provenance: { slimVersion: '1', sha256 },
  } as unknown as RunManifest
  return snapshot(`/w/runs/train/${stage}`, manifest, { ...emptyDigest, checkpoints }, 'gone')
}

const at = (path: string) => ({ path, bytes: 1 })
const sparse = run('sparse', 1, {
  words: ['train_sparsity.py', '--st', '--img-size', '320', '--data=my.yaml', '--batch-size', '8'],
  data: '/w/data/my.yaml',
  checkpoints: { last: at('/w/runs/train/sparse/weights/last.pt') },
})
const pruned = run('prune', 2, {
  parent: '1',
  words: ['prune', '--percent', '0.5', '--imgsz', '640'],
  checkpoints: { pruned: at('/w/runs/train/sparse/weights/pruned.pt') },
})
const failed = run('sparse', 3, {})
const runs = [failed, pruned, sparse]

it('offers the runs that left a checkpoint', () => {
  expect(parentRuns('finetune', runs)).toEqual([pruned])
  expect(parentRuns('prune', runs)).toEqual([sparse])
  expect(parentRuns('train', runs)).toEqual([])
})

it('goes on with a run’s checkpoint, data set and sizes, from the nearest run that names them', () => {
  expect(prefill('finetune', pruned, runs, '/w')).toEqual({
    weights: 'runs/train/sparse/weights/pruned.pt',
    imgsz: '640',
    batch: '8',
    data: 'data/my.yaml',
  })
})

it('leaves the model yaml out where the weights bring their own', () => {
  expect(prefill('sparse', sparse, runs, '/w')).toMatchObject({ cfg: '', imgsz: '320' })
})
