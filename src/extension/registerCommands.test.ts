import { expect, it, vi } from 'vitest'
import { type CommandName, commandIds } from './contributions'
import {
  type CommandHandler,
  type CommandHandlers,
  handlersOnDemand,
  registerCommands,
} from './registerCommands'

it('registers each command once, under its id, behind the guard', async () => {
  const called: string[] = []
  const names = Object.keys(commandIds) as CommandName[]
  const handlers = Object.fromEntries(
    names.map((name) => [name, async () => void called.push(name)]),
  ) as unknown as CommandHandlers
  const registered = new Map<string, CommandHandler>()
  const disposables = registerCommands(
    handlers,
    (id, handler) => {
      registered.set(id, handler)
      return { dispose: () => registered.delete(id) }
    },
    (name, handler) => async () => {
      called.push(`guard ${name}`)
      await handler()
    },
  )
  expect([...registered.keys()].sort()).toEqual(Object.values(commandIds).sort())
  await registered.get(commandIds.prune)?.()
  expect(called).toEqual(['guard prune', 'prune'])
  for (const item of disposables) item.dispose()
  expect(registered.size).toBe(0)
})

it('loads handlers when one of them is called, and passes on what it was given', async () => {
  const called: unknown[][] = []
  const load = vi.fn(async () => ({
    stop: async (...args: readonly unknown[]) => void called.push(['stop', ...args]),
    resume: async () => void called.push(['resume']),
  }))
  const handlers = handlersOnDemand(['stop', 'resume'], load)
  expect(Object.keys(handlers)).toEqual(['stop', 'resume'])
  expect(load).not.toHaveBeenCalled()
  await handlers.stop('/runs/exp', 2)
  expect(called).toEqual([['stop', '/runs/exp', 2]])
})
