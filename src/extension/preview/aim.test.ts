import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { runFiles, writeManifest } from '../../runs/store'
import { makeRun } from '../experiments/testing'
import { aimAt, aimOf } from './aim'

const folder = await mkdtemp(join(tmpdir(), 'aim-'))
afterAll(() => rm(folder, { recursive: true }))
const manifestOf = (stage: 'sparse' | 'prune') =>
  makeRun({ name: stage, stage, changes: { percent: 0.7 } }).manifest

it('is the share that a sparse run shrinks gammas for, not the one that a prune removed', () => {
  expect(aimOf(manifestOf('sparse'))).toBe(0.7)
  expect(aimOf(manifestOf('prune'))).toBeUndefined()
})

it('is known from where a checkpoint lies', async () => {
  const checkpoint = join(folder, 'weights', 'last.pt')
  expect(await aimAt(checkpoint)).toBeUndefined()
  await mkdir(runFiles(folder).slimDir)
  await writeManifest(folder, manifestOf('sparse'))
  expect(await aimAt(checkpoint)).toBe(0.7)
})
