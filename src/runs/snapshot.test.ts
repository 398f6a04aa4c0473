import { expect, test } from 'vitest'
import type { RunEvent } from './events'
import type { RunManifest } from './manifest'
import { snapshot } from './snapshot'
import { digestEvents } from './state'

const manifest = (
  engine: RunManifest['engine'],
  cwd = '/w',
  folder = '/w/runs/train/old',
): RunManifest => ({
  ...{ v: 1, id: 'a', stage: 'train', engine, commandLine: [], cwd, createdAt: 1 },
  process: { pid: 1, startTime: 'x', folder },
  provenance: { slimVersion: '0', sha256: {} },
})

/** Where the last checkpoint of a run that is now called `new` is looked for. */
function lastOf(made: RunManifest, path: string): string | undefined {
  const event: RunEvent = { ...{ v: 1, t: 1, type: 'checkpoint' }, path, kind: 'last', bytes: 1 }
  const run = snapshot('/w/runs/train/new', made, digestEvents([event]), 'gone')
  return run.digest.checkpoints.last?.path.replaceAll('\\', '/')
}

test.each([
  ['pytorch', '/w/runs/train/old/weights/last.pt', '/w/runs/train/new/weights/last.pt'],
  ['pytorch', '/server/exp/weights/last.pt', '/w/runs/train/new/weights/last.pt'],
  ['scripts', '/w/runs/train/old/weights/last.pt', '/w/runs/train/new/weights/last.pt'],
  // Of its own choice, so that it did not move with the run.
  ['scripts', '/w/runs/train/exp7/weights/last.pt', '/w/runs/train/exp7/weights/last.pt'],
] as const)('a checkpoint that %s logged as %s lies at %s', (engine, path, there) => {
  expect(lastOf(manifest(engine), path)).toBe(there)
})

test.each([
  ['a checkout behind a link', '/link', '/disk/repo/runs/train/old', '/link/runs/train/old'],
  ['a folder of runs that is a link', '/w', '/disk/trainings/old', '/w/runs/train/old'],
  ['Windows', 'C:\\w', 'C:\\w\\runs\\train\\old', 'C:\\w\\runs\\train\\old'],
])('a script run of %s finds its checkpoints after it moved', (_, cwd, folder, logged) => {
  const path = logged.includes('\\') ? `${logged}\\weights\\last.pt` : `${logged}/weights/last.pt`
  expect(lastOf(manifest('scripts', cwd, folder), path)).toBe('/w/runs/train/new/weights/last.pt')
})

test.each([
  '/w/runs/finetune/old/weights/last.pt',
  '/w/runs/old/weights/last.pt',
  '/elsewhere/runs/train/old/weights/last.pt',
])('a folder of the same name is not taken for that of a script run: %s', (path) => {
  expect(lastOf(manifest('scripts'), path)).toBe(path)
})
