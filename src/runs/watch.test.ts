import { link, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { appendEvent } from './eventLog'
import { ownProcess } from './processIdentity'
import { createRunFolder, newRunId, runFiles, writeManifest } from './store'
import { watchRun } from './watch'

let root: string
let runDir: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'watch-'))
  runDir = await createRunFolder(root, 'exp')
  await writeManifest(runDir, {
    ...{ v: 1, id: newRunId(), stage: 'train', engine: 'builtin', commandLine: [], cwd: root },
    ...{ createdAt: Date.now(), provenance: { slimVersion: '0', sha256: {} } },
    process: await ownProcess(),
  })
})
afterEach(() => rm(root, { recursive: true, force: true }))

const often = { intervalMs: 10, checkMs: 10 }

/**
 * Reading a folder fails, as reading a file does whose server is away. It takes the file's place in one step, and gives it
 * back so: a file that is not there for a moment would be gone.
 */
async function breakFile(path: string): Promise<() => Promise<void>> {
  const [kept, broken] = [`${path}.kept`, `${path}.broken`]
  await link(path, kept).catch(() => undefined)
  await symlink(root, broken)
  await rename(broken, path)
  return () => rename(kept, path).catch(() => rm(path))
}

const posix = process.platform !== 'win32'

test.runIf(posix).each(['manifest', 'events'] as const)(
  'goes on when the %s can be read again',
  async (file) => {
    const states: string[] = []
    const watch = watchRun(runDir, ({ run }) => states.push(run.state), often)
    await sleep(50)
    const mend = await breakFile(runFiles(runDir)[file])
    await sleep(100)
    await mend()
    await appendEvent(runFiles(runDir).events, { type: 'finished', summary: { seconds: 1 } })
    expect((await watch.ended)?.state).toBe('finished')
    expect(states).toEqual(['starting', 'finished'])
  },
)

test.runIf(posix)('gives up on a disk that does not come back', async () => {
  await breakFile(runFiles(runDir).events)
  const began = performance.now()
  const { ended } = watchRun(runDir, () => undefined, { ...often, patienceMs: 100 })
  await expect(ended).rejects.toMatchObject({ code: expect.any(String) })
  expect(performance.now() - began).toBeGreaterThan(99)
})

test('ends at once when the folder is gone', async () => {
  const { ended } = watchRun(runDir, () => undefined, often)
  await rm(runDir, { recursive: true })
  await expect(ended).rejects.toMatchObject({ code: 'runs/no-manifest' })
})
