import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EventReader } from './eventLog'
import type { RunEvent } from './events'
import { setChildLanguage } from './language'
import type { RunManifest } from './manifest'
import { runMembers } from './processGroup'
import { identify, liveness } from './processIdentity'
import { readRun } from './snapshot'
import { createRunFolder, newRunId, readManifest, runFiles, updateManifest } from './store'
import { type LaunchSpec, type StartedRun, startRun, stopRun, watchRun } from './supervisor'

let root: string
const started: StartedRun[] = []
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'supervisor-'))
})
afterEach(async () => {
  for (const run of started.splice(0)) {
    await stopRun(run.runDir, { from: 'kill' }).catch(() => undefined)
    await run.exited
  }
  await rm(root, { recursive: true, force: true })
})

/** A child that can write events; `body` is what it does. */
const script = (body: string): string => `
  const { appendFileSync } = require('node:fs')
  const say = (e) => appendFileSync(process.env.EVENTS, JSON.stringify({ v: 1, t: Date.now(), ...e }) + '\\n')
  const started = { type: 'started', engine: 'test', devices: [], versions: {}, epochs: 1, batchSize: 1, imageSize: 32, layers: [] }
  const forever = () => setInterval(() => {}, 1000)
  ${body}`

async function prepare(body: string, changes: Partial<LaunchSpec> = {}): Promise<LaunchSpec> {
  const runDir = await createRunFolder(join(root, 'runs/train'), 'exp')
  const manifest: RunManifest = {
    v: 1,
    id: newRunId(),
    stage: 'train',
    engine: 'pytorch',
    commandLine: ['train'],
    cwd: root,
    createdAt: Date.now(),
    provenance: { slimVersion: '0', sha256: {} },
  }
  return {
    runDir,
    manifest,
    command: process.execPath,
    args: ['-e', script(body)],
    cwd: root,
    env: { EVENTS: runFiles(runDir).events },
    ...changes,
  }
}

async function start(body: string, changes?: Partial<LaunchSpec>): Promise<StartedRun> {
  const run = await startRun(await prepare(body, changes))
  started.push(run)
  return run
}

async function events(runDir: string): Promise<RunEvent[]> {
  const found: RunEvent[] = []
  for await (const batch of new EventReader(runFiles(runDir).events).readAll()) {
    found.push(...batch.events)
  }
  return found
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await check()) return
    await sleep(50)
  }
  throw new Error('waited in vain')
}

const posix = process.platform !== 'win32'

describe('startRun', () => {
  test('records the process, keeps its output, and leaves its own end alone', async () => {
    const run = await start(`
      console.log('to stdout'); console.error('to stderr')
      say(started); say({ type: 'finished', summary: { mAP50: 0.5, seconds: 1 } })`)
    expect(run.manifest.process).toMatchObject({ host: hostname(), group: true })
    expect(run.manifest.process?.startTime).not.toBe('')
    expect(await run.exited).toEqual({ code: 0, signal: null })
    const output = await readFile(runFiles(run.runDir).output, 'utf8')
    expect(output).toContain('to stdout')
    expect(output).toContain('to stderr')
    expect((await events(run.runDir)).map(({ type }) => type)).toEqual(['started', 'finished'])
    expect(await readRun(run.runDir)).toMatchObject({ state: 'finished', summary: { mAP50: 0.5 } })
  })

  test('a run speaks the language that is set for what we start', async () => {
    setChildLanguage('zh-cn')
    const run = await start(`console.log('speaks ' + process.env.YOLOV5_SLIM_LANGUAGE)`)
    await run.exited
    expect(await readFile(runFiles(run.runDir).output, 'utf8')).toContain('speaks zh-cn')
  })

  test('a program that is not there fails the run with a code and a remedy', async () => {
    const launch = await prepare('', { command: join(root, 'no-such-python') })
    await expect(startRun(launch)).rejects.toMatchObject({ code: 'process/not-found' })
    const run = await readRun(launch.runDir)
    expect(run.state).toBe('failed')
    expect(run.summary.failure?.code).toBe('process/not-found')
  })

  test.runIf(posix)('a file that is no program fails the run', async () => {
    const launch = await prepare('', { command: join(root) })
    await expect(startRun(launch)).rejects.toMatchObject({ code: 'process/not-executable' })
    expect((await readRun(launch.runDir)).state).toBe('failed')
  })

  test('an exit without a word is recorded with the last lines', async () => {
    const run = await start(`say(started); console.error('the reason'); process.exit(3)`)
    await run.exited
    const end = (await events(run.runDir)).at(-1)
    expect(end).toMatchObject({ type: 'failed', code: 'process/exited', stderr: 'the reason' })
    expect((await readRun(run.runDir)).state).toBe('failed')
    expect(end?.type === 'failed' && end.text).toContain('3')
  })

  test.runIf(posix)('a killed process is recorded once, with the memory hint', async () => {
    const run = await start(`say(started); forever()`)
    await until(async () => (await readRun(run.runDir)).state === 'running')
    process.kill(run.manifest.process?.pid ?? 0, 'SIGKILL')
    await run.exited
    const found = await events(run.runDir)
    expect(found.map(({ type }) => type)).toEqual(['started', 'failed'])
    const end = found.at(-1)
    expect(end?.type === 'failed' && `${end.text} ${end.remedy}`).toMatch(/SIGKILL.*memory/s)
    expect(await readRun(run.runDir)).toMatchObject({
      state: 'interrupted',
      summary: { failure: { code: 'process/killed' } },
    })
  })

  test.runIf(process.platform === 'linux')('kills what a killed leader leaves behind', async () => {
    const run = await start(`
      require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(()=>{},1000)'], { stdio: 'ignore' })
        .once('spawn', () => say(started))
      forever()`)
    await until(async () => (await readRun(run.runDir)).state === 'running')
    process.kill(run.manifest.process?.pid ?? 0, 'SIGKILL')
    await run.exited
    expect(await groupSize(run.manifest.process?.pid ?? 0)).toBe(0)
  })
})

describe('stopRun', () => {
  test('asking is enough for a run that listens, and its own end stands', async () => {
    const run = await start(`
      process.on('SIGINT', () => { say({ type: 'stopped', epoch: 4 }); process.exit(0) })
      say(started); forever()`)
    await until(async () => (await readRun(run.runDir)).state === 'running')
    const steps: string[] = []
    const result = await stopRun(run.runDir, { onStep: (step) => steps.push(step) })
    await run.exited
    if (posix) expect([result.by, steps]).toEqual(['ask', ['ask']])
    expect((await readManifest(run.runDir)).stopRequestedAt).toBeGreaterThan(0)
    const ends = (await events(run.runDir)).filter(({ type }) => type !== 'started')
    expect(ends).toHaveLength(1)
    expect((await readRun(run.runDir)).state).toBe('stopped')
  })

  test.runIf(posix)('one that is deaf is killed, and so are its children', async () => {
    const deaf = `process.on('SIGINT', () => {}); process.on('SIGTERM', () => {});`
    const run = await start(`
      ${deaf}
      const child = require('node:child_process').spawn(process.execPath,
        ['-e', ${JSON.stringify(`${deaf} setInterval(() => {}, 1000); console.log(1)`)}], { stdio: ['ignore', 'pipe', 'ignore'] })
      child.stdout.once('data', () => say(started))
      forever()`)
    await until(async () => (await readRun(run.runDir)).state === 'running')
    const steps: string[] = []
    const result = await stopRun(run.runDir, {
      patience: { ask: 300, insist: 300 },
      onStep: (step) => steps.push(step),
    })
    await run.exited
    expect(result).toEqual({ by: 'kill', processes: 2 })
    expect(steps).toEqual(['ask', 'insist', 'kill'])
    expect(await groupSize(run.manifest.process?.pid ?? 0)).toBe(0)
    expect((await events(run.runDir)).map(({ type }) => type)).toEqual(['started', 'stopped'])
  })

  test.runIf(process.platform === 'linux')(
    'reaches a worker that moved to a session of its own and outlived its parent',
    async () => {
      const run = await start(`
        const { spawn } = require('node:child_process')
        const worker = spawn(process.execPath, ['-e', "process.on('SIGINT',()=>{});setInterval(()=>{},1000);console.log(1)"],
          { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
        worker.stdout.once('data', () => { require('node:fs').writeFileSync('worker', String(worker.pid)); say(started) })
        forever()`)
      await until(async () => (await readRun(run.runDir)).state === 'running')
      const worker = await identify(Number(await readFile(join(root, 'worker'), 'utf8')))
      expect(await liveness(worker)).toBe('alive')
      await stopRun(run.runDir, { patience: { ask: 300 } })
      expect(await liveness(worker)).toBe('gone')
    },
  )

  test.runIf(process.platform === 'linux')('leaves a copy of the run alone', async () => {
    const run = await start(`say(started); forever()`)
    const copy = await start(`say(started); forever()`, { manifest: run.manifest })
    await until(async () => (await readRun(run.runDir)).state === 'running')
    expect(await stopRun(copy.runDir, { from: 'kill' })).toEqual({ by: 'kill', processes: 1 })
    await copy.exited
    expect((await readRun(run.runDir)).state).toBe('running')
  })

  test('takes nothing for the process of a copy, and everything for that of a moved folder', async () => {
    const run = await start(`say(started); forever()`)
    await until(async () => (await readRun(run.runDir)).state === 'running')
    const copy = join(root, 'copy')
    await cp(run.runDir, copy, { recursive: true })
    expect((await readRun(copy)).state).toBe('interrupted')
    expect(await stopRun(copy)).toEqual({ by: 'already', processes: 0 })
    expect((await readRun(run.runDir)).state).toBe('running')
    await rename(run.runDir, join(root, 'moved'))
    expect((await readRun(join(root, 'moved'))).state).toBe('running')
    await rename(join(root, 'moved'), run.runDir)
  })

  test.runIf(process.platform === 'linux')('a folder with another path is the same', async () => {
    await mkdir(join(root, 'größer'))
    await symlink('größer', join(root, 'link'))
    const run = await start('forever()', { runDir: join(root, 'link/exp') })
    const nobody = { pid: 0, startTime: '', group: true }
    const { id, process: leader } = run.manifest
    const members = await runMembers(nobody, { id, runDir: join(root, 'größer/exp') })
    expect(members.map(({ pid }) => pid)).toEqual([leader?.pid])
  })

  test('a run that is over is left as it is', async () => {
    const run = await start(`say(started); say({ type: 'finished', summary: { seconds: 1 } })`)
    await run.exited
    expect(await stopRun(run.runDir)).toEqual({ by: 'already', processes: 0 })
    expect((await readRun(run.runDir)).state).toBe('finished')
  })

  test('a process that now has the pid of an old run is not touched', async () => {
    const run = await start(`say(started); say({ type: 'finished', summary: { seconds: 1 } })`)
    await run.exited
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      detached: true,
      stdio: 'ignore',
    })
    try {
      const { pid } = await identify(bystander.pid ?? 0)
      await updateManifest(run.runDir, (m) => ({
        ...m,
        ...(m.process ? { process: { ...m.process, pid } } : {}),
      }))
      expect(await stopRun(run.runDir)).toEqual({ by: 'already', processes: 0 })
      expect(await liveness(await identify(pid))).toBe('alive')
    } finally {
      bystander.kill('SIGKILL')
    }
  })

  test('a run of another machine is refused', async () => {
    const run = await start(`say(started); forever()`)
    const { process: mine } = run.manifest
    await updateManifest(run.runDir, (m) => ({
      ...m,
      ...(mine ? { process: { ...mine, startTime: 'another', host: 'somewhere.else' } } : {}),
    }))
    await expect(stopRun(run.runDir)).rejects.toMatchObject({ code: 'runs/elsewhere' })
    await updateManifest(run.runDir, (m) => ({ ...m, ...(mine ? { process: mine } : {}) }))
  })
})

describe('watchRun', () => {
  test('tells events, states and the end', async () => {
    const run = await start(`
      say(started)
      setTimeout(() => say({ type: 'warning', code: 'w', text: '' }), 100)
      setTimeout(() => say({ type: 'finished', summary: { seconds: 1 } }), 300)`)
    const seen: string[] = []
    const states = new Set<string>()
    const watch = watchRun(
      run.runDir,
      (update) => {
        seen.push(...update.events.map(({ type }) => type))
        states.add(update.run.state)
      },
      { intervalMs: 20 },
    )
    expect((await watch.ended)?.state).toBe('finished')
    expect(seen).toEqual(['started', 'warning', 'finished'])
    expect(states.has('running')).toBe(true)
  })

  test('a process that went without a word, unwatched, is interrupted', async () => {
    const run = await start('forever()')
    const { process: leader } = run.manifest
    // Nobody who started it is there to record its end: the manifest of another start stands in its place.
    const orphan = await createRunFolder(join(root, 'runs/train'), 'orphan')
    const { writeManifest } = await import('./store')
    const gone = { pid: leader?.pid ?? 0, startTime: 'another' }
    await writeManifest(orphan, { ...run.manifest, id: 'orphan', process: gone })
    const ended = await watchRun(orphan, () => undefined, { intervalMs: 20 }).ended
    expect(ended?.state).toBe('interrupted')
  })

  test('disposing and aborting end the watch without an end of the run', async () => {
    const run = await start('say(started); forever()')
    const watch = watchRun(run.runDir, () => undefined)
    watch.dispose()
    expect(await watch.ended).toBeUndefined()
    const signal = AbortSignal.timeout(50)
    expect(await watchRun(run.runDir, () => undefined, { signal }).ended).toBeUndefined()
  })
})

async function groupSize(group: number): Promise<number> {
  const members = await new Promise<string>((done) => {
    const ps = spawn('ps', ['-eo', 'pgid=,stat='], { stdio: ['ignore', 'pipe', 'ignore'] })
    let text = ''
    ps.stdout.on('data', (data: Buffer) => {
      text += data.toString()
    })
    ps.once('close', () => done(text))
  })
  const rows = members.split('\n').map((line) => line.trim().split(/\s+/))
  return rows.filter(([pgid, state]) => pgid === String(group) && !state?.startsWith('Z')).length
}
