import type { CommandHandlers } from '../registerCommands'
import { installBackend } from './backend'
import type { CommandContext } from './context'
import { detect, doctor, selectCheckout } from './look'
import { runScript } from './script'

/** What is found out about the workspace and the machine, and what of their own runs as it is. */
export function commandHandlers(
  context: CommandContext,
): Pick<CommandHandlers, 'detect' | 'selectCheckout' | 'doctor' | 'installBackend' | 'runScript'> {
  return {
    detect: () => detect(context),
    selectCheckout: () => selectCheckout(context),
    doctor: () => doctor(context),
    installBackend: () => installBackend(context),
    runScript: () => runScript(context),
  }
}
