import { expect, test } from 'vitest'
import type { RunEvent } from './events'
import type { RunManifest } from './manifest'
import { snapshot } from './snapshot'
import { digestEvents } from './state'

const manifest = (engine: RunManifest['engine']): RunManifest => ({
  ...{ v: 1, id: 'a', stage: 'train', engine, commandLine: [], cwd: '/w', createdAt: 1 },
  process: { pid: 1, startTime: 'x', folder: '/w/runs/train/old' },
  provenance: { slimVersion: '0', sha256: {} },
})

/** Where the last checkpoint of a run that is now called `new` is looked for. */
function lastOf(engine: RunManifest['engine'], path: string): string | undefined {
  const event: RunEvent = { ...{ v: 1, t: 1, type: 'checkpoint' }, path, kind: 'last', bytes: 1 }
  const run = snapshot('/w/runs/train/new', manifest(engine), digestEvents([event]), 'gone')
  return run.digest.checkpoints.last?.path.replaceAll('\\', '/')
}

test.each([
  ['pytorch', '/w/runs/train/old/weights/last.pt', '/w/runs/train/new/weights/last.pt'],
  ['pytorch', '/server/exp/weights/last.pt', '/w/runs/train/new/weights/last.pt'],
  ['scripts', '/w/runs/train/old/weights/last.pt', '/w/runs/train/new/weights/last.pt'],
  // Of its own choice, so that it did not move with the run.
  ['scripts', '/w/runs/train/exp7/weights/last.pt', '/w/runs/train/exp7/weights/last.pt'],
] as const)('a checkpoint that %s logged as %s lies at %s', (engine, path, there) => {
  expect(lastOf(engine, path)).toBe(there)
})
