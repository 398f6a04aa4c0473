import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { generator } from '../../src/core/checkpoint/mutants'
import type { RunManifest } from '../../src/runs/manifest'
import { runFiles } from '../../src/runs/store'
import { extensionHosts, runProcesses } from './support/extensionHosts'
import {
  closeAfterwards,
  fillForm,
  openSession,
  patience,
  quickValues,
  type Session,
  startForm,
} from './support/session'
import { sampleWorkspace, slim, type Workspace } from './support/workspace'

const kills = 20
/** Every kill comes so long, at most, after the window has shown what the run does. */
const latestMs = 3000
/** What the host has done of a start when it is killed. */
const moments: Readonly<Record<string, (runDir: string) => boolean>> = {
  'at once': () => true,
  'once the run has its folder': existsSync,
  // For milliseconds, which may pass unseen: then the process is named already.
  'once its manifest names who starts it': (runDir) => {
    const { starter, process: child } = manifestIn(runDir) ?? {}
    return (starter ?? child) !== undefined
  },
  'once its manifest names a process': (runDir) => manifestIn(runDir)?.process !== undefined,
  'once the run has begun': (runDir) => existsSync(runFiles(runDir).events),
}

let workspace: Workspace
let session: Session
beforeAll(async () => {
  workspace = await sampleWorkspace()
  session = await openSession(workspace, 'host')
}, 300_000)
closeAfterwards(() => session)

const folderOf = (name: string): string => join(workspace.checkout, 'runs/train', name)

/** A manifest that cannot be read fails the test, whenever it is looked at. */
function manifestIn(runDir: string): RunManifest | undefined {
  const { manifest } = runFiles(runDir)
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : undefined
}

const eventsOf = (runDir: string): string => {
  const { events } = runFiles(runDir)
  return existsSync(events) ? readFileSync(events, 'utf8') : ''
}

/** Epochs that the log has, in its order. */
const epochsIn = (events: string): readonly number[] =>
  events
    .split('\n')
    .filter((line) => line.includes('"type":"epoch"'))
    .map((line) => JSON.parse(line).epoch)

function killHosts(): void {
  const hosts = extensionHosts(workspace.folder)
  expect(hosts.length).toBeGreaterThan(0)
  for (const pid of hosts) process.kill(pid, 'SIGKILL')
}

/** Starts a training from the form, as the extension host does it. */
async function begin(name: string, epochs: number): Promise<void> {
  const { window } = session
  await window.command('View: Close All Editors')
  await window.command('YOLOv5 Slim: Train Baseline')
  const form = await fillForm(window, { ...quickValues, name, epochs: `${epochs}` })
  const advanced = form.locator('details:not([open]) > summary')
  if ((await advanced.count()) > 0) await advanced.first().click()
  // It leaves a core to the window, and does not stop early.
  await fillForm(window, { threads: '1', workers: '1', patience: '5000' })
  await startForm(form)
}

it.skipIf(process.platform !== 'linux').each(Object.entries(moments))(
  'a run whose start was cut short, %s, is whole or never was',
  async (moment, hasCome) => {
    const { window } = session
    const name = `early${Object.keys(moments).indexOf(moment)}`
    const runDir = folderOf(name)
    await begin(name, 3)
    const started = performance.now()
    while (!hasCome(runDir)) {
      expect(performance.now() - started).toBeLessThan(patience)
      await sleep(1)
    }
    killHosts()
    await window.reload()
    const stateOf = async (): Promise<string | undefined> => {
      const runs: readonly { readonly name: string; readonly state: string }[] = JSON.parse(
        await slim(workspace.checkout, ['runs', '--json']),
      )
      return runs.find((run) => run.name === name)?.state
    }
    // Nobody is left who would go on with a start that has left no manifest.
    const whole = manifestIn(runDir) !== undefined
    const ends: readonly unknown[] = whole ? ['finished', 'interrupted'] : [undefined]
    await expect.poll(stateOf, { timeout: patience }).toSatisfy((state) => ends.includes(state))
    const state = await stateOf()
    if (state === 'finished') expect(epochsIn(eventsOf(runDir))).toEqual([0, 1, 2])
    else expect(epochsIn(eventsOf(runDir))).toEqual([])
    await expect.poll(() => runProcesses(runDir), { timeout: patience }).toEqual([])
    if (state === undefined) expect(await window.run(name).count()).toBe(0)
    else
      await expect
        .poll(() => window.run(name).getAttribute('aria-label'), { timeout: patience })
        .toContain(state)
    console.log(`extension host killed ${moment}: the run is ${state ?? 'not there'}`)
  },
  400_000,
)

it.skipIf(process.platform !== 'linux')(
  `a run outlives ${kills} kills of the extension host that started it, and is shown as what it is`,
  async () => {
    const { window } = session
    const runDir = folderOf('lives')
    const row = (state: string) =>
      window.page.locator(`.sidebar .monaco-list-row[aria-label^="lives, Baseline, ${state}"]`)
    // It goes on until it is stopped.
    await begin('lives', 5000)
    await row('running').waitFor({ timeout: patience })
    const { id, process: own } = manifestIn(runDir) ?? {}
    expect(runProcesses(runDir)).toContain(own?.pid)
    const shownEpoch = async (): Promise<number> => {
      const [text = ''] = await row('running').allInnerTexts()
      return Number(/(\d+)\/5000/.exec(text)?.[1] ?? 0)
    }
    const start = performance.now()
    const random = generator(Number(process.env.FAULTS_SEED ?? 1))
    const recoveries: number[] = []
    for (let kill = 1; kill <= kills; kill++) {
      await sleep(random(latestMs))
      const before = eventsOf(runDir)
      killHosts()
      const killed = performance.now()
      expect(manifestIn(runDir)).toMatchObject({ id, process: own })
      // As a person comes back: by a reload of the window, or by what VS Code does and offers.
      if (kill % 5 === 0) await window.reload()
      // What a window without a host still shows does not go on.
      await expect
        .poll(() => agreeToRestart(window.page).then(shownEpoch), { timeout: patience })
        .toBeGreaterThan(epochsIn(before).length + 1)
      recoveries.push(performance.now() - killed)
      expect(eventsOf(runDir).startsWith(before)).toBe(true)
      expect(manifestIn(runDir)).toMatchObject({ id, process: own })
    }
    await window.inline(row('running'), 'Stop')
    await row('stopped').waitFor({ timeout: patience })
    const epochs = epochsIn(eventsOf(runDir))
    expect(epochs).toEqual(epochs.map((_, i) => i))
    const [fastest, slowest] = [Math.min(...recoveries), Math.max(...recoveries)]
    console.log(
      `extension host killed ${kills} times in ${epochs.length} epochs and ${seconds(performance.now() - start)}, none lost; shown again after ${seconds(fastest)} to ${seconds(slowest)}`,
    )
  },
  900_000,
)

/** VS Code starts a host again by itself at first, and asks when it has ended three times. */
async function agreeToRestart(page: Page): Promise<void> {
  const button = page.locator('.notification-toast .monaco-button', {
    hasText: /^Restart .*Extension Host$/,
  })
  if (await button.first().isVisible()) await button.first().click()
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
