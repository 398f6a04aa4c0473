import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beginAttempt } from './attempt'
import { readRun } from './snapshot'
import { closeGate, gateVariable, openGate } from './startGate'
import { createRunFolder, newRunId, readManifest, runFiles, writeManifest } from './store'
import { type LaunchSpec, startRun, stopRun } from './supervisor'

let root: string
let program: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gate-'))
  program = join(root, 'program.cjs')
  buildSync({
    ...{ bundle: true, platform: 'node', format: 'cjs', outfile: program },
    stdin: {
      contents: `
        import { writeFileSync } from 'node:fs'
        import { passGate } from './startGate'
        passGate().then(() => {
          const [, , witness, stay] = process.argv
          writeFileSync(witness, String(process.env.${gateVariable}))
          if (stay) setInterval(() => undefined, 1000)
        })`,
      resolveDir: import.meta.dirname,
    },
  })
})
afterAll(() => rm(root, { recursive: true, force: true }))

const begin = (witness: string, gate: object) => {
  const env = { ...process.env, ...gate }
  const child = spawn(process.execPath, [program, witness], { env, stdio: ['pipe', 1, 'ignore'] })
  return { child, exit: new Promise((resolve) => child.once('exit', resolve)) }
}

test('a process begins when it is let, and hands no gate on', async () => {
  const witness = join(root, 'let')
  const { child, exit } = begin(witness, { [gateVariable]: '1' })
  openGate(child)
  expect(await exit).toBe(0)
  expect(await readFile(witness, 'utf8')).toBe('undefined')
})

test('one whose starter is gone ends without having begun', async () => {
  const witness = join(root, 'gone')
  const { child, exit } = begin(witness, { [gateVariable]: '1' })
  closeGate(child)
  expect(await exit).toBe(1)
  expect(existsSync(witness)).toBe(false)
})

test('one that nobody holds back begins at once', async () => {
  const { exit } = begin(join(root, 'free'), {})
  expect(await exit).toBe(0)
  expect(existsSync(join(root, 'free'))).toBe(true)
})

/** A run whose process is there, and can not be named while the manifest is locked. */
async function heldBack(name: string, ...args: readonly string[]) {
  const runDir = await createRunFolder(join(root, 'runs/train'), name)
  const spec: LaunchSpec = {
    ...{ runDir, command: process.execPath, cwd: root },
    args: [program, join(runDir, 'witness'), ...args],
    manifest: {
      ...{ v: 1, id: newRunId(), stage: 'train', engine: 'builtin', commandLine: [], cwd: root },
      ...{ createdAt: Date.now(), provenance: { slimVersion: '0', sha256: {} } },
    },
  }
  const manifest = await beginAttempt(spec)
  const lock = `${runFiles(runDir).manifest}.lock`
  await writeFile(lock, '')
  const starting = startRun({ ...spec, manifest })
  return { runDir, starting, release: () => rm(lock), witness: join(runDir, 'witness') }
}

test('a run has not begun while its manifest names no process', async () => {
  const { runDir, starting, release, witness } = await heldBack('named')
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(existsSync(witness)).toBe(false)
  expect((await readRun(runDir)).state).toBe('queued')
  await release()
  const run = await starting
  expect(run.manifest.process?.pid).toBeGreaterThan(0)
  expect(run.manifest.starter).toBeUndefined()
  expect(await run.exited).toEqual({ code: 0, signal: null })
  expect(existsSync(witness)).toBe(true)
})

test('one that is asked to stop before never begins', async () => {
  const { runDir, starting, release, witness } = await heldBack('asked')
  await writeManifest(runDir, { ...(await readManifest(runDir)), stopRequestedAt: Date.now() })
  await release()
  await (await starting).exited
  expect(existsSync(witness)).toBe(false)
  expect((await readRun(runDir)).state).toBe('stopped')
})

test('stopping one that is being started waits for its process', async () => {
  const { runDir, starting, release } = await heldBack('waits', 'stay')
  const stopping = stopRun(runDir)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await release()
  expect((await stopping).processes).toBe(1)
  await (await starting).exited
  expect((await readRun(runDir)).state).toBe('stopped')
})
