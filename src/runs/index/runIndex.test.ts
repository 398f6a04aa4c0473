import { spawn } from 'node:child_process'
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { appendEvent, EventReader, type NewEvent } from '../eventLog'
import type { RunManifest } from '../manifest'
import { identify } from '../processIdentity'
import { createRunFolder, newRunId, runFiles, updateManifest, writeManifest } from '../store'
import { type IndexChange, RunIndex, type RunIndexOptions } from './runIndex'
import { readSavedRuns, writeSavedRuns } from './savedRuns'

let root: string
let index: RunIndex | undefined
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'index-'))
})
afterEach(async () => {
  index?.dispose()
  await rm(root, { recursive: true, force: true })
})

const started: NewEvent = {
  ...{ type: 'started', engine: 't', devices: [], versions: {}, epochs: 2, batchSize: 1 },
  ...{ imageSize: 32, layers: [] },
}
const finished: NewEvent = { type: 'finished', summary: { mAP50: 0.5, seconds: 1 } }

async function make(name: string, events: readonly NewEvent[], changes: Partial<RunManifest> = {}) {
  const runDir = await createRunFolder(join(root, 'runs/train'), name)
  await writeManifest(runDir, {
    ...{ v: 1, id: newRunId(), stage: 'train', engine: 'pytorch', commandLine: [], cwd: root },
    ...{ createdAt: Date.now(), provenance: { slimVersion: '0', sha256: {} } },
    process: { pid: 1, startTime: 'long gone' },
    ...changes,
  })
  for (const event of events) await appendEvent(runFiles(runDir).events, event)
  return runDir
}

function open(options: RunIndexOptions = {}): IndexChange[] {
  const changes: IndexChange[] = []
  index = new RunIndex(() => [root], { liveMs: 20, scanMs: 1e6, checkMs: 10, ...options })
  index.onDidChange((change) => changes.push(change))
  return changes
}

const states = () => index?.runs.map(({ name, state }) => `${name} ${state}`).sort()

async function until(check: () => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (check()) return
    await sleep(20)
  }
  throw new Error('waited in vain')
}

describe('RunIndex', () => {
  test('finds the runs of a root and of the folders in it, and tells once', async () => {
    await make('a', [started, finished])
    await make('b', [started])
    const inner = root
    root = join(inner, 'yolov5')
    await make('c', [started, finished])
    root = inner
    await symlink(join(root, 'runs/train/a'), join(root, 'runs/train/link'))
    const changes = open()
    await index?.refresh()
    expect(states()).toEqual(['a finished', 'b interrupted', 'c finished'])
    expect(changes.flatMap(({ added }) => added)).toHaveLength(3)
    expect(changes.every(({ initial }) => initial)).toBe(true)
    await index?.refresh()
    expect(changes.flatMap(({ added, changed }) => [...added, ...changed])).toHaveLength(3)
  })

  test('takes up what comes, changes and goes', async () => {
    const a = await make('a', [started])
    const changes = open()
    await index?.refresh()
    changes.length = 0
    await make('b', [started, finished])
    await appendEvent(runFiles(a).events, finished)
    await index?.refresh()
    expect(changes.flatMap(({ added }) => added.map(({ run }) => run.name))).toEqual(['b'])
    expect(changes.flatMap(({ changed }) => changed.map(({ run }) => run.state))).toEqual([
      'finished',
    ])
    await rm(a, { recursive: true })
    await index?.refresh()
    expect(changes.at(-1)?.removed).toEqual([a])
    expect(states()).toEqual(['b finished'])
  })

  test('reads of a log only what is new, and anew what was replaced', async () => {
    const a = await make('a', [started])
    const changes = open()
    await index?.refresh()
    await appendEvent(runFiles(a).events, { type: 'warning', code: 'w/1', text: 'one' })
    await index?.touch(a)
    expect(changes.at(-1)?.changed[0]?.events.map(({ type }) => type)).toEqual(['warning'])
    await rename(runFiles(a).events, `${runFiles(a).events}.old`)
    await appendEvent(runFiles(a).events, started)
    await index?.touch(a)
    expect(changes.at(-1)?.changed[0]).toMatchObject({ reset: true, events: [{ type: 'started' }] })
    expect(index?.get(a)?.digest.warnings).toEqual([])
  })

  test('follows a run that goes on, until its process is gone without a word', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    try {
      const a = await make('a', [started], { process: await identify(child.pid ?? 0) })
      open()
      await index?.refresh()
      expect(states()).toEqual(['a running'])
      await appendEvent(runFiles(a).events, {
        ...{ type: 'progress', epoch: 0, batch: 3, batches: 9, losses: {}, lr: 0, memory: 0 },
      })
      await until(() => index?.get(a)?.digest.progress?.batch === 3)
    } finally {
      child.kill('SIGKILL')
    }
    await until(() => states()?.[0] === 'a interrupted')
  })

  test('shows a wait in the queue and its end', async () => {
    const a = await make('a', [], { queued: { since: Date.now(), host: 'here' } })
    await updateManifest(a, ({ process: _, ...manifest }) => manifest)
    open()
    await index?.refresh()
    expect(states()).toEqual(['a queued'])
    await appendEvent(runFiles(a).events, { type: 'stopped' })
    await until(() => states()?.[0] === 'a stopped')
  })

  test('a run whose starter names the physical folder of a linked workspace appears once', async () => {
    const a = await make('a', [started, finished])
    await symlink(root, `${root}.link`, 'junction')
    try {
      const changes: IndexChange[] = []
      index = new RunIndex(() => [`${root}.link`], { scanMs: 1e6 })
      index.onDidChange((change) => changes.push(change))
      await index.follow(a)
      await index.refresh()
      await index.follow(a)
      expect(states()).toEqual(['a finished'])
      expect(changes.flatMap(({ added }) => added.map(({ run }) => run.runDir))).toEqual([
        join(`${root}.link`, 'runs/train/a'),
      ])
      expect(changes.flatMap(({ removed }) => removed)).toEqual([])
    } finally {
      await rm(`${root}.link`)
    }
  })

  test('tells of an unreadable manifest once, and of none while a run is made', async () => {
    const a = await make('a', [])
    await createRunFolder(join(root, 'runs/train'), 'just-made')
    await writeFile(runFiles(a).manifest, '{"v": 7}')
    const errors: unknown[] = []
    open({ onError: (error) => errors.push(error) })
    await index?.refresh()
    await index?.refresh()
    expect(errors).toMatchObject([{ code: 'runs/bad-manifest' }])
    expect(states()).toEqual([])
  })

  test('a folder that nobody may read, or that is not there, holds no runs', async () => {
    await rm(root, { recursive: true })
    open()
    await index?.refresh()
    expect([index?.ready, states()]).toEqual([true, []])
  })
})

describe('saved runs', () => {
  test('spare reading the logs of ended runs that have not changed', async () => {
    const a = await make('a', [started, finished])
    const b = await make('b', [started, finished])
    await make('c', [started])
    open()
    await index?.refresh()
    const path = join(root, 'cache', 'runs.jsonl')
    await writeSavedRuns(path, index?.saved() ?? new Map())
    index?.dispose()
    await appendEvent(runFiles(b).events, { type: 'warning', code: 'late', text: '' })
    const saved = await readSavedRuns(path)
    expect([...saved.keys()].map((dir) => basename(dir)).sort()).toEqual(['a', 'b'])
    const read: string[] = []
    const original = EventReader.prototype.read
    EventReader.prototype.read = function read_(this: EventReader) {
      read.push(this.path)
      return original.call(this)
    }
    try {
      open({ saved })
      await index?.refresh()
    } finally {
      EventReader.prototype.read = original
    }
    expect(states()).toEqual(['a finished', 'b finished', 'c interrupted'])
    expect(read).not.toContain(runFiles(a).events)
    expect(read).toContain(runFiles(b).events)
    expect(index?.get(b)?.digest.warnings).toHaveLength(1)
    expect(index?.get(a)?.summary.mAP50).toBe(0.5)
  })

  test('of another version, or torn, are none', async () => {
    const path = join(root, 'runs.jsonl')
    await writeFile(path, 'something else\n{"runDir":"/a"}\n')
    expect((await readSavedRuns(path)).size).toBe(0)
    await writeFile(path, 'yolov5-slim runs 2\n{"runDir":"/a"}\n{"runDir":\n')
    expect((await readSavedRuns(path)).size).toBe(0)
    expect((await readSavedRuns(join(root, 'none'))).size).toBe(0)
  })
})
