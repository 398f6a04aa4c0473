import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test, vi } from 'vitest'
import { liveness } from '../processIdentity'
import { type Ticket, ticketsAhead } from './tickets'

vi.mock('../processIdentity', async (original) => ({
  ...(await original<typeof import('../processIdentity')>()),
  liveness: vi.fn(),
}))

/** As on Windows, where it starts PowerShell. */
const slowMs = 200

beforeEach(() => {
  vi.mocked(liveness).mockReset()
  vi.mocked(liveness).mockImplementation(async ({ pid }) => {
    await sleep(slowMs)
    return pid === 3 ? 'gone' : 'alive'
  })
})

const waiting = (n: number): Ticket => ({
  ...{ v: 1, id: `run${n}`, runDir: `/runs/${n}`, devices: ['gpu:0'], since: n, host: hostname() },
  launch: { command: 'python', args: [], cwd: '/', manifest: {} as never },
  waiter: { pid: n, startTime: 'x' },
})
const queue = Array.from({ length: 9 }, (_, n) => waiting(n))

test('who is behind in the queue is not asked for', async () => {
  expect(await ticketsAhead(waiting(0), queue)).toEqual([])
  expect(liveness).not.toHaveBeenCalled()
})

test('those ahead are asked for at once, for all others wait meanwhile', async () => {
  const began = performance.now()
  const ahead = await ticketsAhead(waiting(8), queue)
  expect(performance.now() - began).toBeLessThan(3 * slowMs)
  expect(ahead.map(({ id }) => id)).toEqual([
    'run0',
    'run1',
    'run2',
    'run4',
    'run5',
    'run6',
    'run7',
  ])
  expect(liveness).toHaveBeenCalledTimes(8)
})
