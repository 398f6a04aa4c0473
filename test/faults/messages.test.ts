import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { trustedCommands } from '../../src/extension/contributions'
import { acts, workspace } from './support/editor'
import { count, Worst } from './support/figures'
import { mangle } from './support/mangle'
import { folder, pages, warnings } from './support/panels'
import { randomFor } from './support/random'
import { until } from './support/runs'

const each = 3000
/** Typing settles within that, and files are looked at. */
const settleMs = 600

/** Commands of the window that begin something of the workspace's. */
const needsTrusted = trustedCommands.map((name) => `begin ${name}`)

const settled = () => new Promise((resolve) => setImmediate(resolve))
const files = () => readdirSync(folder.path, { recursive: true }).sort()

beforeEach(() => {
  acts.length = 0
  workspace.isTrusted = true
})
afterAll(folder.dispose)

describe.each(Object.entries(pages))('the host of %s', (name, page) => {
  const { contract, messages, begins, open } = page

  it(`takes ${each} mangled messages without acting on one that does not fit`, async () => {
    const random = randomFor(`messages ${name}`)
    const before = files()
    const mangled = Array.from({ length: each }, () =>
      mangle(random.pick<Record<string, unknown>>(messages), random),
    )
    const fits = (message: unknown) => v.safeParse(contract.toHost, message).success
    const unfit = mangled.filter((message) => !fits(message))
    const { send, dispose } = await open()
    acts.length = 0
    const worst = new Worst()
    const wrong: string[] = []
    const take = (message: unknown) =>
      worst.of(async () => {
        try {
          send(message)
        } catch (error) {
          wrong.push(`threw ${error}`)
        }
        await settled()
      })
    for (const message of unfit) {
      const warned = warnings.length
      await take(message)
      if (warnings.length === warned) wrong.push('said nothing')
    }
    await sleep(settleMs)
    wrong.push(...acts.map((act) => `acted: ${act}`))
    // Those come last: what they do takes a while, and would be taken for another's doing.
    for (const message of mangled.filter(fits)) await take(message)
    await sleep(settleMs)
    dispose()
    if ('polluted' in {}) wrong.push('Object.prototype polluted')
    count({
      fault: `messages to ${name}, mangled (${unfit.length} refused)`,
      tried: each,
      wrong: wrong.length,
      worstMs: worst.ms,
    })
    expect(wrong).toEqual([])
    expect(unfit.length).toBeGreaterThan(each / 2)
    expect(files()).toEqual(before)
  })

  it(`${begins.join(', ')}: in a workspace that is trusted, and in no other`, async () => {
    const tell = async (isTrusted: boolean) => {
      workspace.isTrusted = isTrusted
      const { send, dispose } = await open()
      acts.length = 0
      for (const message of messages) send(message)
      return dispose
    }
    const disposeTrusted = await tell(true)
    const told = performance.now()
    await until(() => begins.every((act) => acts.includes(act)))
    const took = performance.now() - told
    disposeTrusted()
    const dispose = await tell(false)
    await sleep(settleMs + 5 * took)
    dispose()
    expect(acts.filter((act) => act.startsWith('run ') || needsTrusted.includes(act))).toEqual([])
  })
})
