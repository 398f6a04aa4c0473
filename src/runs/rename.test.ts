import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { appendEvent, type NewEvent } from './eventLog'
import type { RunManifest } from './manifest'
import { ownProcess } from './processIdentity'
import { movedOptions, renameRun } from './rename'
import { readRun, readRuns } from './snapshot'
import { createRunFolder, newRunId, readManifest, runFiles, writeManifest } from './store'

const disk = vi.hoisted(() => ({ full: '' }))
vi.mock('../core/disk/writeFileAtomically', async (original) => {
  const real = await original<typeof import('../core/disk/writeFileAtomically')>()
  return {
    writeFileAtomically: async (path: string, content: string) => {
      if (disk.full !== '' && path.endsWith(disk.full)) throw new Error('full')
      await real.writeFileAtomically(path, content)
    },
  }
})

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rename-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function make(
  name: string,
  changes: Partial<RunManifest>,
  events: readonly NewEvent[] = [],
): Promise<string> {
  const runDir = await createRunFolder(join(root, 'runs/train'), name)
  await writeManifest(runDir, {
    ...{ v: 1, id: newRunId(), stage: 'sparse', engine: 'pytorch', commandLine: [], cwd: root },
    ...{ createdAt: Date.now(), provenance: { slimVersion: '0', sha256: {} } },
    process: { pid: 1, startTime: 'gone' },
    ...changes,
  })
  for (const event of events) await appendEvent(runFiles(runDir).events, event)
  return runDir
}

test('a renamed run keeps its checkpoints, its lineage and what others took from it', async () => {
  const sparse = await make('exp', { commandLine: ['sparse', '--name', 'exp', '--data', 'exp'] }, [
    {
      type: 'checkpoint',
      path: join(root, 'runs/train/exp/weights/last.pt'),
      kind: 'last',
      bytes: 3,
    },
    { type: 'stopped' },
  ])
  await mkdir(join(sparse, 'weights'))
  await writeFile(join(sparse, 'weights', 'last.pt'), 'abc')
  await writeFile(runFiles(sparse).runnerConfig, JSON.stringify({ runDir: sparse, n: 1 }))
  await writeFile(join(sparse, 'opt.yaml'), `name: exp\nsave_dir: runs/train/exp\ncfg: x\n`)
  const output = join(sparse, 'weights', 'pruned.pt')
  const prune = await make(
    'exp-pruned',
    {
      stage: 'prune',
      parent: (await readManifest(sparse)).id,
      commandLine: ['prune', '--weights', 'runs/train/exp/weights/last.pt'],
      provenance: {
        slimVersion: '0',
        sha256: { weights: { path: join(sparse, 'weights', 'last.pt'), sha256: '' } },
      },
    },
    [
      { type: 'checkpoint', path: output, kind: 'pruned', bytes: 2 },
      { type: 'finished', summary: { seconds: 7 } },
    ],
  )
  const target = await renameRun(sparse, 'good', await readRuns(root))
  expect(target).toBe(join(root, 'runs/train/good'))
  const run = await readRun(target)
  expect([run.name, run.state]).toEqual(['good', 'stopped'])
  expect(run.summary.output).toBe(join(target, 'weights', 'last.pt'))
  expect(run.manifest.commandLine).toEqual(['sparse', '--name', 'good', '--data', 'exp'])
  expect(await readFile(join(target, 'opt.yaml'), 'utf8')).toBe(
    'name: good\nsave_dir: runs/train/good\ncfg: x\n',
  )
  expect(JSON.parse(await readFile(runFiles(target).runnerConfig, 'utf8'))).toEqual({
    runDir: target,
    n: 1,
  })
  const child = await readRun(prune)
  expect(child.manifest.parent).toBe(run.manifest.id)
  expect(child.manifest.commandLine[2]).toBe(join('runs/train/good/weights/last.pt'))
  expect(child.manifest.provenance.sha256.weights?.path).toBe(join(target, 'weights', 'last.pt'))
  expect(child.summary).toMatchObject({ output: join(target, 'weights', 'pruned.pt'), seconds: 7 })
  expect(child.state).toBe('finished')
})

test.each(['opt.yaml', 'runner.json', 'run.json'])(
  'one whose %s cannot be written keeps its name and its files',
  async (full) => {
    const runDir = await make('exp', { commandLine: ['sparse', '--name', 'exp'] }, [
      { type: 'stopped' },
    ])
    const texts = {
      [join(runDir, 'opt.yaml')]: `name: exp\nsave_dir: ${runDir}\n`,
      [runFiles(runDir).runnerConfig]: JSON.stringify({ runDir }),
    }
    for (const [file, text] of Object.entries(texts)) await writeFile(file, text)
    disk.full = full
    try {
      await expect(renameRun(runDir, 'good', [])).rejects.toThrow('full')
    } finally {
      disk.full = ''
    }
    expect(await readdir(join(root, 'runs/train'))).toEqual(['exp'])
    for (const [file, text] of Object.entries(texts))
      expect(await readFile(file, 'utf8')).toBe(text)
    expect((await readManifest(runDir)).commandLine).toEqual(['sparse', '--name', 'exp'])
    expect(await renameRun(runDir, 'good', [])).toBe(join(root, 'runs/train/good'))
  },
)

test('one that goes on is not renamed, nor onto another', async () => {
  const live = await make('a', { process: await ownProcess() })
  await expect(renameRun(live, 'c', [])).rejects.toMatchObject({ code: 'runs/in-use' })
  const ended = await make('b', {})
  await expect(renameRun(ended, 'a', [])).rejects.toMatchObject({ code: 'runs/name-taken' })
})

test('opt.yaml of every release is mended, names that YAML would read otherwise quoted', () => {
  const text =
    "name: 'exp'\nsave_dir: '/r/exp'\nweights: /r/exp/weights/last.pt\nhyp:\n  lr0: 0.01\n"
  expect(movedOptions(text, '/r/exp', '/r/12', '12')).toBe(
    "name: '12'\nsave_dir: /r/12\nweights: /r/12/weights/last.pt\nhyp:\n  lr0: 0.01\n",
  )
})
