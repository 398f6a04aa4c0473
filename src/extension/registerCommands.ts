import type { Disposable } from './common/disposable'
import { type CommandName, commandIds } from './contributions'

export type CommandHandler = (...args: readonly unknown[]) => Promise<void>
/** A handler for every command: a missing one does not compile. */
export type CommandHandlers = { readonly [K in CommandName]: CommandHandler }

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
