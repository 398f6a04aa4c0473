import type { Disposable } from './common/disposable'
import { type CommandName, commandIds, needsTrust } from './contributions'

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

export type CommandPorts = {
  readonly register: (id: string, handler: CommandHandler) => Disposable
  readonly isTrusted: () => boolean
  /** Says why a command does nothing. */
  readonly refuse: () => Promise<void>
  readonly onError: (error: unknown) => void
}

/**
 * Registers every command. Without trust, those that need it do nothing: `enablement` hides them from the palette, but a
 * keybinding, a page or another extension could still call them.
 */
export function registerCommands(
  handlers: CommandHandlers,
  { register, isTrusted, refuse, onError }: CommandPorts,
): readonly Disposable[] {
  return (Object.keys(commandIds) as CommandName[]).map((name) =>
    register(commandIds[name], async (...args) => {
      if (needsTrust(name) && !isTrusted()) return refuse()
      await handlers[name](...args).catch(onError)
    }),
  )
}
