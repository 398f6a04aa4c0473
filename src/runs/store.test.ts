import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RunManifest } from './manifest'
import {
  createRunFolder,
  findRun,
  listRuns,
  newRunId,
  readManifest,
  reuseRunFolder,
  runAt,
  runFiles,
  runOfFile,
  updateManifest,
  writeManifest,
} from './store'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runs-'))
})
afterEach(async () => rm(root, { recursive: true, force: true }))

function manifest(id: string, createdAt = 1): RunManifest {
  return {
    v: 1,
    id,
    stage: 'train',
    engine: 'pytorch',
    commandLine: ['train'],
    cwd: root,
    createdAt,
    provenance: { slimVersion: '0', sha256: {} },
  }
}

async function makeRun(path: string, id: string, createdAt?: number): Promise<string> {
  const runDir = join(root, path)
  await mkdir(runFiles(runDir).slimDir, { recursive: true })
  await writeManifest(runDir, manifest(id, createdAt))
  return runDir
}

describe('createRunFolder', () => {
  test('numbers from 2 as YOLOv5 does, filling a gap', async () => {
    await mkdir(join(root, 'exp'))
    await mkdir(join(root, 'exp3'))
    expect(await createRunFolder(root, 'exp')).toBe(join(root, 'exp2'))
    expect(await createRunFolder(root, 'exp')).toBe(join(root, 'exp4'))
  })

  test('gives each of many callers a folder of its own', async () => {
    const folders = await Promise.all(
      Array.from({ length: 20 }, () => createRunFolder(join(root, 'runs/train'), 'exp')),
    )
    expect(new Set(folders).size).toBe(20)
  })

  test('accepts a nested name and refuses one that leaves the project', async () => {
    expect(await createRunFolder(root, 'a/b')).toBe(join(root, 'a/b'))
    await expect(createRunFolder(root, '../b')).rejects.toMatchObject({ code: 'runs/name' })
    await expect(createRunFolder(root, '')).rejects.toMatchObject({ code: 'runs/name' })
  })

  test('says so when the project is a file', async () => {
    await writeFile(join(root, 'file'), '')
    await expect(createRunFolder(join(root, 'file'), 'exp')).rejects.toMatchObject({
      code: 'runs/cannot-create',
    })
  })
})

test('reuseRunFolder keeps the files of the run before, apart', async () => {
  const runDir = await makeRun('exp', 'before')
  await writeFile(runFiles(runDir).events, 'old\n')
  expect(await reuseRunFolder(root, 'exp')).toBe(runDir)
  expect(await readdir(runFiles(runDir).slimDir)).toEqual([])
  expect(await readdir(join(runDir, 'slim.before'))).toContain('events.jsonl')
})

describe('manifests', () => {
  test('concurrent updates are all kept, and nothing is left beside the file', async () => {
    const runDir = await makeRun('exp', 'x')
    await Promise.all(
      Array.from({ length: 20 }, () =>
        updateManifest(runDir, (m) => ({ ...m, commandLine: [...m.commandLine, 'more'] })),
      ),
    )
    expect((await readManifest(runDir)).commandLine).toHaveLength(21)
    expect(await readdir(runFiles(runDir).slimDir)).toEqual(['run.json'])
  })

  test('a lock that a dead process left is taken over', async () => {
    const runDir = await makeRun('exp', 'x')
    const { utimes } = await import('node:fs/promises')
    const lock = `${runFiles(runDir).manifest}.lock`
    await writeFile(lock, '')
    await utimes(lock, 1, 1)
    await updateManifest(runDir, (m) => ({ ...m, percent: 0.5 }))
    expect((await readManifest(runDir)).percent).toBe(0.5)
  })

  test('foreign and broken ones are told apart from missing ones', async () => {
    await expect(readManifest(root)).rejects.toMatchObject({ code: 'runs/no-manifest' })
    const runDir = await makeRun('exp', 'x')
    await writeFile(runFiles(runDir).manifest, '{"v":1,')
    await expect(readManifest(runDir)).rejects.toMatchObject({ code: 'runs/bad-manifest' })
    await writeFile(runFiles(runDir).manifest, '{"v":2,"id":"x"}')
    await expect(readManifest(runDir)).rejects.toMatchObject({ code: 'runs/bad-manifest' })
  })
})

describe('listRuns and findRun', () => {
  test('finds runs of every project, newest first, and reports unreadable ones', async () => {
    await makeRun('runs/train/a', 'one-aaaa', 10)
    await makeRun('runs/val/b', 'two-bbbb', 30)
    await makeRun('elsewhere/c', 'thr-cccc', 20)
    await mkdir(join(root, 'runs/train/stock/weights'), { recursive: true })
    const broken = await makeRun('runs/train/broken', 'bad')
    await writeFile(runFiles(broken).manifest, '')
    const { runs, unreadable } = await listRuns(root, { projects: ['elsewhere'] })
    expect(runs.map(({ manifest }) => manifest.id)).toEqual(['two-bbbb', 'thr-cccc', 'one-aaaa'])
    expect(unreadable.map(({ runDir }) => runDir)).toEqual([broken])
  })

  test('a run reached through a link counts once', async () => {
    await makeRun('runs/train/a', 'one', 10)
    await symlink(join(root, 'runs/train'), join(root, 'runs/linked'), 'junction')
    expect((await listRuns(root)).runs).toHaveLength(1)
  })

  test('finds by name, id, beginning of an id, folder, and file inside', async () => {
    const a = await makeRun('runs/train/a', '20260101-aaaa', 10)
    await makeRun('runs/val/a', '20260102-bbbb', 20)
    const found = async (reference: string): Promise<string> =>
      (await findRun(root, reference)).manifest.id
    expect(await found('a')).toBe('20260102-bbbb')
    expect(await found('20260101-aaaa')).toBe('20260101-aaaa')
    expect(await found('20260101')).toBe('20260101-aaaa')
    expect(await found(a)).toBe('20260101-aaaa')
    await mkdir(join(a, 'weights'))
    await writeFile(join(a, 'weights/last.pt'), '')
    expect((await runOfFile(join(a, 'weights/last.pt')))?.manifest.id).toBe('20260101-aaaa')
    await expect(findRun(root, '2026010')).rejects.toMatchObject({ code: 'runs/ambiguous' })
    await expect(findRun(root, 'nothing')).rejects.toMatchObject({ code: 'runs/not-found' })
  })
})

test('within the folder of a run, a name is that of another run, and a file one of this', async () => {
  const here = await makeRun('runs/train/exp', 'one', 10)
  await makeRun('runs/train/exp2', 'two', 20)
  await writeFile(join(here, 'opt.yaml'), '')
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(here)
  try {
    expect((await findRun(root, 'exp2')).manifest.id).toBe('two')
    expect((await findRun(root, 'opt.yaml')).manifest.id).toBe('one')
    expect(await runAt(join(here, 'exp2'))).toBeUndefined()
    await expect(findRun(root, 'exp3')).rejects.toMatchObject({ code: 'runs/not-found' })
  } finally {
    cwd.mockRestore()
  }
})

test('ids sort by time and do not repeat', () => {
  const first = newRunId(Date.UTC(2026, 0, 2, 3, 4, 5))
  expect(first).toMatch(/^20260102-030405-[0-9a-f]{8}$/)
  expect(newRunId() > first).toBe(true)
  expect(new Set(Array.from({ length: 100 }, () => newRunId(0))).size).toBe(100)
})
