import { readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { RunEvent } from '../../../src/runs/events'
import { readRun } from '../../../src/runs/snapshot'
import { runFiles } from '../../../src/runs/store'
import type { StartedRun } from '../../../src/runs/supervisor'
import { count, Worst } from './figures'
import { randomFor } from './random'
import { eventsOf, until } from './runs'

export function kill({ manifest }: StartedRun): void {
  // 0 would be all of this process group, the tests with it.
  if (!manifest.process?.pid) throw new Error(`${manifest.id} names no process`)
  process.kill(manifest.process.pid, 'SIGKILL')
}

/** What is wrong with a run that was killed while somebody looked after it. */
export async function faultsOf(runDir: string): Promise<string[]> {
  const { state, summary } = await readRun(runDir)
  const left = await readdir(runFiles(runDir).slimDir)
  return [
    ...(state === 'interrupted' ? [] : [`state ${state}`]),
    ...(summary.failure?.code === 'process/killed' ? [] : ['no cause']),
    ...left.filter((name) => /\.(tmp|lock)$/.test(name)),
  ]
}

export const epochsOf = (events: readonly RunEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'epoch' ? [event.epoch] : []))

/** Kills real trainings, counts what was lost by it, and sees that the last goes on where it was. */
export async function killTrainings(trial: {
  readonly fault: string
  readonly trainings: number
  readonly start: (name: string) => Promise<StartedRun>
  readonly resume: (runDir: string) => Promise<StartedRun>
  /** What is wrong with the files of a training that was killed. */
  readonly fileFaults: (runDir: string) => Promise<readonly string[]>
}): Promise<void> {
  const { fault, trainings, start, resume, fileFaults } = trial
  const random = randomFor(fault)
  const worst = new Worst()
  const wrong: string[] = []
  let latest = ''
  for (let i = 0; i < trainings; i++) {
    const run = await start(`real${i}-`)
    const { runDir } = run
    // Some while it starts; the others once it trains, anywhere in its epochs.
    if (i % 5 !== 0)
      await until(async () => (await eventsOf(runDir)).some(({ type }) => type === 'checkpoint'))
    await sleep(random.below(1500))
    const seen = await eventsOf(runDir)
    await worst.of(async () => {
      kill(run)
      await run.exited
    })
    const kept = (await eventsOf(runDir)).slice(0, seen.length)
    if (JSON.stringify(kept) !== JSON.stringify(seen)) wrong.push('events lost')
    wrong.push(...(await faultsOf(runDir)), ...(await fileFaults(runDir)))
    latest = runDir
  }
  count({ fault, tried: trainings, wrong: wrong.length, worstMs: worst.ms })
  expect(wrong).toEqual([])

  const before = await eventsOf(latest)
  const last = epochsOf(before).at(-1) ?? 0
  const again = await resume(latest)
  const since = async () => epochsOf((await eventsOf(latest)).slice(before.length))
  await until(async () => (await since()).length > 0)
  expect((await readRun(latest)).state).toBe('running')
  kill(again)
  await again.exited
  // At most the epoch whose checkpoint was not yet there is trained again.
  expect([last, last + 1]).toContain((await since())[0])
  expect((await readRun(latest)).state).toBe('interrupted')
}
