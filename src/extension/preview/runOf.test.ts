import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { RunManifest } from '../../runs/manifest'
import { type RunSnapshot, snapshot } from '../../runs/snapshot'
import { emptyDigest } from '../../runs/state'
import { runOf } from './runOf'

function pruneRun(runDir: string, path: string): RunSnapshot {
  const manifest = { v: 1, id: runDir, stage: 'prune', createdAt: 1 } as unknown as RunManifest
  const digest = { ...emptyDigest, checkpoints: { pruned: { path, bytes: 1 } } }
  return snapshot(runDir, manifest, digest, 'gone')
}

it('knows the run that wrote a checkpoint through links, too', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'run-of-')))
  mkdirSync(join(folder, 'real'))
  writeFileSync(join(folder, 'real', 'pruned.pt'), '')
  symlinkSync(join(folder, 'real'), join(folder, 'link'), 'junction')
  const run = pruneRun(join(folder, 'runs/prune'), join(folder, 'real', 'pruned.pt'))
  const other = pruneRun(join(folder, 'runs/other'), join(folder, 'gone.pt'))
  expect(await runOf(join(folder, 'link', 'pruned.pt'), [other, run])).toBe(run)
  expect(await runOf(join(folder, 'gone.pt'), [other, run])).toBe(other)
  expect(await runOf(join(folder, 'nowhere.pt'), [other, run])).toBeUndefined()
  rmSync(folder, { recursive: true })
})
