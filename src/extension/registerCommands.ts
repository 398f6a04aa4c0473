import type { Disposable } from './common/disposable'
import { type CommandName, commandIds } from './contributions'

export type CommandHandler = (...args: readonly unknown[]) => Promise<void>
/** A handler for every command: a missing one does not compile. */
export type CommandHandlers = { readonly [K in CommandName]: CommandHandler }

/** Handlers whose code is loaded when one of them is first called: most windows call few. */
export function handlersOnDemand<K extends CommandName>(
  names: readonly K[],
  load: () => Promise<Pick<CommandHandlers, K>>,
): Pick<CommandHandlers, K> {
  const handler =
    (name: K): CommandHandler =>
    async (...args) =>
      (await load())[name](...args)
  return Object.fromEntries(names.map((name) => [name, handler(name)])) as Pick<CommandHandlers, K>
}

/** Registers every command through `register`, each wrapped by `guard`. */
export function registerCommands(
  handlers: CommandHandlers,
  register: (id: string, handler: CommandHandler) => Disposable,
  guard: (name: CommandName, handler: CommandHandler) => CommandHandler,
): readonly Disposable[] {
  return (Object.keys(commandIds) as CommandName[]).map((name) =>
    register(commandIds[name], guard(name, handlers[name])),
  )
}
