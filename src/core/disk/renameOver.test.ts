import { expect, test } from 'vitest'
import { renameOver } from './renameOver'

/** @returns how often a rename that fails so many times with `code` was tried, and with what it ended */
async function tries(platform: NodeJS.Platform, code: string, failures: number) {
  let count = 0
  const renameFile = async () => {
    if (++count <= failures) throw Object.assign(new Error(code), { code })
  }
  const end = await renameOver('a', 'b', { platform, renameFile }).catch(() => code)
  return [count, end]
}

test.each([
  ['win32', 'EPERM', 3, [4, undefined]],
  ['win32', 'EACCES', 1, [2, undefined]],
  ['win32', 'EBUSY', 1, [2, undefined]],
  ['win32', 'ENOENT', 1, [1, 'ENOENT']],
  ['linux', 'EPERM', 1, [1, 'EPERM']],
] as const)('on %s, %s %i times: %j', async (platform, code, failures, result) =>
  expect(await tries(platform, code, failures)).toEqual(result),
)

test('a file that stays open is given up after about a second', async () => {
  const began = performance.now()
  expect(await tries('win32', 'EPERM', 99)).toEqual([8, 'EPERM'])
  expect(performance.now() - began).toBeLessThan(3000)
})
