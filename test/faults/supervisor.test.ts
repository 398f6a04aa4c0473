import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { runMembers } from '../../src/runs/processGroup'
import { liveness } from '../../src/runs/processIdentity'
import { readRun } from '../../src/runs/snapshot'
import { readManifest, runFiles, updateManifest } from '../../src/runs/store'
import { stopRun } from '../../src/runs/supervisor'
import { count, Worst } from './support/figures'
import { randomFor } from './support/random'
import { acknowledged, eventsOf, missing, processFile, scratch, until } from './support/runs'

const folder = scratch('supervisor')
afterAll(folder.dispose)

/** A process that starts a run and looks after it; resolves once the run has a folder. */
async function start(name: string, file: string, options: object, ...more: readonly string[]) {
  const told = join(folder.path, file)
  const args = [processFile('starter'), folder.path, name, JSON.stringify(options), told, ...more]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const exit = new Promise<number | null>((done) => child.once('exit', done))
  await until(() => existsSync(told) && readFileSync(told, 'utf8') !== '')
  return { child, exit, runDir: readFileSync(told, 'utf8') }
}

/** A leader that is gone: what is left of a run is found by its mark alone. */
const nobody = { pid: 0, startTime: '', group: true }

/** Processes of a run, whatever its manifest names. */
const processesOf = async (runDir: string) => {
  const manifest = await readManifest(runDir).catch(() => undefined)
  return runMembers(nobody, { id: manifest?.id ?? '', runDir })
}

/** What is wrong with a run whose supervisor was killed before the manifest named a process. */
async function faultsOfUnnamed(runDir: string): Promise<string[]> {
  await until(async () => (await processesOf(runDir)).length === 0)
  // Throws where nobody had written a manifest yet.
  const run = await readRun(runDir).catch(() => undefined)
  const said = existsSync(runFiles(runDir).events) ? ['it had begun'] : []
  return run && run.state !== 'interrupted' ? [...said, `no process, yet ${run.state}`] : said
}

const processOf = async (runDir: string) =>
  (await readManifest(runDir).catch(() => undefined))?.process

it('whoever looks after a run is killed at 20 points', async () => {
  const random = randomFor('kill supervisors')
  const worst = new Worst()
  const wrong: string[] = []
  let orphans = 0
  for (let i = 0; i < 20; i++) {
    const { child, exit, runDir } = await start(`run${i}-`, `told${i}`, {})
    // A quarter anywhere in the start, the others once the run has its process.
    if (i % 4 !== 0) await until(async () => (await processOf(runDir)) !== undefined)
    await sleep(random.below(300))
    child.kill('SIGKILL')
    await exit
    // Throws where the manifest cannot be read.
    const run = await worst.of(() => readRun(runDir).catch(() => undefined))
    const leader = run?.manifest.process
    if (!leader) {
      wrong.push(...(await faultsOfUnnamed(runDir)))
      continue
    }
    orphans++
    if ((await liveness(leader)) !== 'alive') wrong.push('the run went down with it')
    await until(async () => (await readRun(runDir)).state === 'running')
    // The lock that it may have held does not keep the next one out.
    await worst.of(() => updateManifest(runDir, (manifest) => manifest))
    await worst.of(() => stopRun(runDir))
    if ((await readRun(runDir)).state !== 'stopped') wrong.push((await readRun(runDir)).state)
    const lost = missing(await eventsOf(runDir), acknowledged(runDir))
    if (lost > 0) wrong.push(`${lost} events lost`)
  }
  count({
    fault: `supervisor killed (${orphans} with a child)`,
    tried: 20,
    wrong: wrong.length,
    worstMs: worst.ms,
  })
  expect(wrong).toEqual([])
  expect(orphans).toBeGreaterThan(10)
})

it('whoever starts a run is killed when its process is there and not yet named', async () => {
  const rounds = 5
  const worst = new Worst()
  const wrong: string[] = []
  for (let i = 0; i < rounds; i++) {
    const { child, exit, runDir } = await start(`held${i}-`, `held${i}`, {}, 'hold')
    await until(async () => (await processesOf(runDir)).length > 0)
    child.kill('SIGKILL')
    await exit
    wrong.push(...(await worst.of(() => faultsOfUnnamed(runDir))))
    const { processes } = await worst.of(() => stopRun(runDir))
    if (processes > 0) wrong.push(`${processes} left to stop`)
  }
  count({
    fault: 'supervisor killed before the child has a name',
    tried: rounds,
    wrong: wrong.length,
    worstMs: worst.ms,
  })
  expect(wrong).toEqual([])
})

it('two start runs of one name at once', async () => {
  const rounds = 10
  const worst = new Worst()
  const wrong: string[] = []
  for (let i = 0; i < rounds; i++) {
    const begin = (which: string) => start('same', `same-${i}-${which}`, { events: 20 })
    const both = await Promise.all([begin('a'), begin('b')])
    const codes = await worst.of(() => Promise.all(both.map(({ exit }) => exit)))
    const runDirs = both.map(({ runDir }) => runDir)
    if (new Set(runDirs).size !== 2) wrong.push('one folder for both')
    if (codes.some((code) => code !== 0)) wrong.push(`exit ${codes}`)
    for (const runDir of runDirs) {
      const events = await eventsOf(runDir)
      const starts = events.filter(({ type }) => type === 'started').length
      const { state } = await readRun(runDir)
      if (state !== 'finished' || starts !== 1 || missing(events, 20) > 0) wrong.push(runDir)
    }
  }
  const made = await readdir(join(folder.path, 'runs/train'))
  expect(made.filter((name) => /^same\d*$/.test(name))).toHaveLength(2 * rounds)
  count({
    fault: 'two start the same name at once',
    tried: rounds,
    wrong: wrong.length,
    worstMs: worst.ms,
  })
  expect(wrong).toEqual([])
})
