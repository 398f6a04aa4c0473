import { expect, it, vi } from 'vitest'
import { type CommandName, commandIds, needsTrust } from './contributions'
import {
  type CommandHandler,
  type CommandHandlers,
  handlersOnDemand,
  registerCommands,
} from './registerCommands'

const names = Object.keys(commandIds) as CommandName[]

/** All commands as they are registered, and what calling them came to. */
function registered(fail?: Error) {
  const called: string[] = []
  const errors: unknown[] = []
  const trust = { isTrusted: true }
  const commands = new Map<string, CommandHandler>()
  const handler = (name: CommandName) => async () => {
    called.push(name)
    if (fail) throw fail
  }
  const handlers = Object.fromEntries(names.map((name) => [name, handler(name)]))
  const disposables = registerCommands(handlers as unknown as CommandHandlers, {
    register: (id, registered) => {
      commands.set(id, registered)
      return { dispose: () => commands.delete(id) }
    },
    isTrusted: () => trust.isTrusted,
    refuse: async () => void called.push('refused'),
    onError: (error) => errors.push(error),
  })
  const call = async (name: CommandName) => {
    called.length = 0
    await commands.get(commandIds[name])?.()
    return [...called]
  }
  return { commands, disposables, trust, errors, call }
}

it('registers each command once, under its id', async () => {
  const { commands, disposables, call } = registered()
  expect([...commands.keys()].sort()).toEqual(Object.values(commandIds).sort())
  for (const name of names) expect(await call(name)).toEqual([name])
  for (const item of disposables) item.dispose()
  expect(commands.size).toBe(0)
})

it('refuses those that need trust, and no other, as long as there is none', async () => {
  const { trust, call } = registered()
  trust.isTrusted = false
  for (const name of names) expect(await call(name)).toEqual([needsTrust(name) ? 'refused' : name])
  trust.isTrusted = true
  expect(await call('runDemo')).toEqual(['runDemo'])
})

it('tells of what went wrong, and fails nobody who called', async () => {
  const fail = new Error('oh')
  const { errors, call } = registered(fail)
  await call('prune')
  expect(errors).toEqual([fail])
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
