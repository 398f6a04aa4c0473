import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ownProcess } from './processIdentity'

type Answer = (error: Error | null, output?: { readonly stdout: string }) => void
const { execFile } = vi.hoisted(() => ({ execFile: vi.fn() }))
vi.mock('node:child_process', () => ({ execFile }))

const { platform } = process
beforeEach(() => void Object.defineProperty(process, 'platform', { value: 'win32' }))
afterEach(() => void Object.defineProperty(process, 'platform', { value: platform }))

test('who this process is is asked of PowerShell until it says so, and not again', async () => {
  const failing = (...[, , , answer]: [string, string[], object, Answer]) => answer(new Error('no'))
  execFile.mockImplementationOnce(failing)
  execFile.mockImplementation((...[, , , answer]: [string, string[], object, Answer]) =>
    answer(null, { stdout: '133772592000000000' }),
  )
  expect((await ownProcess()).startTime).toBe('')
  const first = await ownProcess()
  expect(first).toMatchObject({ pid: process.pid, startTime: '133772592000000000' })
  await ownProcess()
  expect(execFile).toHaveBeenCalledTimes(2)
})
