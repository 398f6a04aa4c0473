import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { generator } from '../../src/core/checkpoint/mutants'
import { runFiles } from '../../src/runs/store'
import { extensionHosts } from './support/extensionHosts'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import { quick, sampleWorkspace, slim, type Workspace } from './support/workspace'

const kills = 20
/** Every kill comes so long, at most, after the window has shown what the run does. */
const latestMs = 3000

let workspace: Workspace
let session: Session
beforeAll(async () => {
  workspace = await sampleWorkspace()
  session = await openSession(workspace, 'host')
}, 300_000)
closeAfterwards(() => session)

const eventsOf = (checkout: string): string =>
  readFileSync(runFiles(join(checkout, 'runs/train/lives')).events, 'utf8')

/** Epochs that the log has, in its order. */
const epochsIn = (events: string): readonly number[] =>
  events
    .split('\n')
    .filter((line) => line.includes('"type":"epoch"'))
    .map((line) => JSON.parse(line).epoch)

it.skipIf(process.platform !== 'linux')(
  `a run outlives ${kills} kills of the extension host, and is shown as what it is`,
  async () => {
    const { window } = session
    const row = (state: string) =>
      window.page.locator(`.sidebar .monaco-list-row[aria-label^="lives, Baseline, ${state}"]`)
    // It goes on until it is stopped, and leaves a core to the window.
    const endless = ['--epochs', '5000', '--patience', '5000', '--threads', '1', '--workers', '1']
    const training = ['train', ...quick, '--weights', 'shapes.pt', ...endless]
    await slim(workspace.checkout, [...training, '--name', 'lives', '--detach'])
    await row('running').waitFor({ timeout: patience })
    const shownEpoch = async (): Promise<number> => {
      const [text = ''] = await row('running').allInnerTexts()
      return Number(/(\d+)\/5000/.exec(text)?.[1] ?? 0)
    }
    const start = performance.now()
    const random = generator(Number(process.env.FAULTS_SEED ?? 1))
    const recoveries: number[] = []
    for (let kill = 1; kill <= kills; kill++) {
      await sleep(random(latestMs))
      const before = eventsOf(workspace.checkout)
      const hosts = extensionHosts(workspace.folder)
      expect(hosts.length).toBeGreaterThan(0)
      for (const pid of hosts) process.kill(pid, 'SIGKILL')
      const killed = performance.now()
      // As a person comes back: by a reload of the window, or by what VS Code does and offers.
      if (kill % 5 === 0) await window.reload()
      // What a window without a host still shows does not go on.
      await expect
        .poll(() => agreeToRestart(window.page).then(shownEpoch), { timeout: patience })
        .toBeGreaterThan(epochsIn(before).length + 1)
      recoveries.push(performance.now() - killed)
      expect(eventsOf(workspace.checkout).startsWith(before)).toBe(true)
    }
    await window.inline(row('running'), 'Stop')
    await row('stopped').waitFor({ timeout: patience })
    const epochs = epochsIn(eventsOf(workspace.checkout))
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
