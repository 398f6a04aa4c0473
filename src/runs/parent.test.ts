import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { appendEvent } from './eventLog'
import { parentOf } from './parent'
import { createRunFolder, runFiles, writeManifest } from './store'

let base: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'parent-'))
})
afterEach(async () => rm(base, { recursive: true, force: true }))

/** A prune that is kept in `project`, and whose checkpoint lies in the workspace. */
async function prunedRun(project: string, id: string): Promise<string> {
  const runDir = await createRunFolder(join(base, project), id)
  await writeManifest(runDir, {
    ...{ v: 1, id, stage: 'prune', engine: 'slim', commandLine: [], cwd: base, createdAt: 1 },
    provenance: { slimVersion: '0', sha256: {} },
  })
  const path = join(base, `${id}.pt`)
  await writeFile(path, id)
  const made = { type: 'checkpoint', path, kind: 'pruned', bytes: id.length } as const
  await appendEvent(runFiles(runDir).events, made)
  return path
}

const idOf = async (weights: string, project: string, projects?: readonly string[]) =>
  (
    await parentOf(weights, {
      ...{ root: join(base, 'checkout'), project: join(base, project), projects },
    })
  )?.manifest.id

describe('the run that made the weights', () => {
  test('lies in the checkout, beside the new run, or in a project that was named', async () => {
    const inside = await prunedRun('checkout/runs/prune', 'inside')
    const beside = await prunedRun('kept', 'beside')
    expect(await idOf(inside, 'kept')).toBe('inside')
    expect(await idOf(beside, 'kept')).toBe('beside')
    expect(await idOf(beside, 'other')).toBeUndefined()
    expect(await idOf(beside, 'other', [join(base, 'kept')])).toBe('beside')
  })

  test('is none where a damaged manifest lies, which stops nobody', async () => {
    const runDir = join(base, 'kept/damaged')
    await mkdir(join(runDir, 'weights'), { recursive: true })
    await mkdir(runFiles(runDir).slimDir)
    await writeFile(runFiles(runDir).manifest, '{')
    for (const name of ['last.pt', 'copy.pt']) {
      await writeFile(join(runDir, 'weights', name), 'x')
      expect(await idOf(join(runDir, 'weights', name), 'kept')).toBeUndefined()
    }
  })
})
