import { expect, test } from 'vitest'
import { ask, isSameStart, liveness, ownProcess } from './processIdentity'

test('this process is alive, and one with another start time is not', async () => {
  const own = await ownProcess()
  expect(await liveness(own)).toBe('alive')
  expect(await liveness({ ...own, startTime: `${own.startTime}0` })).toBe('gone')
  expect(await liveness({ ...own, startTime: '' })).toBe('gone')
})

test('a process of another machine is elsewhere; with our pid and start time it is here', async () => {
  const own = { ...(await ownProcess()), host: 'somewhere.else' }
  expect(await liveness({ ...own, startTime: `${own.startTime}0` })).toBe('elsewhere')
  expect(await liveness({ ...own, startTime: '' })).toBe('elsewhere')
  expect(await liveness(own)).toBe(process.platform === 'win32' ? 'elsewhere' : 'alive')
})

test.runIf(process.platform === 'linux')(
  'a process of another container is elsewhere until the machine starts anew',
  async () => {
    const own = await ownProcess()
    expect(own.pidNamespace).toMatch(/^pid:/)
    const other = { ...own, pidNamespace: 'pid:[1]', startTime: `${own.startTime}0` }
    expect(await liveness(other)).toBe('elsewhere')
    expect(await liveness({ ...other, startTime: 'boot before:1' })).toBe('gone')
  },
)

const node = process.execPath
test.each([
  ['an answer is one', node, ['-p', '1'], 10_000, { text: '1' }],
  [
    'who exits without a word knows no such process',
    node,
    ['-e', 'process.exit(1)'],
    10_000,
    'gone',
  ],
  ['who says nothing knows none either', node, ['-e', ''], 10_000, 'gone'],
  ['who takes too long says nothing', node, ['-e', 'setInterval(() => {}, 1000)'], 200, 'unknown'],
  ['nor does who cannot be started', `${node}-none`, [], 10_000, 'unknown'],
] as const)('%s', async (_, command, args, timeout, answer) =>
  expect(await ask(command, args, { timeout })).toEqual(answer),
)

test.each([
  // Windows: 100 ns from one process, microseconds from the list of all, cut or rounded.
  ['133801234567891237', '133801234567891230', true],
  ['133801234567891237', '133801234567891240', true],
  ['133801234567891237', '133801234567891250', false],
  ['133801234567891237', '133811234567891230', false],
  ['boot:123456789012345678', 'boot:123456789012345679', false],
  ['Mon Jan 1 00:00:01 2026', 'Mon Jan 1 00:00:01 2026', true],
  ['Mon Jan 1 00:00:01 2026', 'Mon Jan 1 00:00:02 2026', false],
])('%s and %s: of the same process is %s', (a, b, same) => expect(isSameStart(a, b)).toBe(same))
