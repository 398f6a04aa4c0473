import { expect, it, vi } from 'vitest'
import { onDemand } from './onDemand'

it('makes a part once, whoever asks and however often', async () => {
  const make = vi.fn(async () => ({}))
  const part = onDemand(make)
  expect(make).not.toHaveBeenCalled()
  const [one, another] = await Promise.all([part(), part()])
  expect(another).toBe(one)
  expect(await part()).toBe(one)
  expect(make).toHaveBeenCalledOnce()
})

it('tries again what failed', async () => {
  const make = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error('gone'))
  make.mockResolvedValueOnce('there')
  const part = onDemand(make)
  await expect(part()).rejects.toThrow('gone')
  expect(await part()).toBe('there')
})
