import { homedir } from 'node:os'
import * as l10n from '@vscode/l10n'
import { commands, Uri, workspace } from 'vscode'
import { collectDetectionLines } from '../checkouts/collect'
import { commandIds } from '../contributions'
import { showLine } from '../notify'
import { pythonSettings } from '../python/interpreter'
import { busy, type CommandContext, requireCheckout } from './context'

/** Looks for YOLOv5 again, and writes release and evidence to the log. */
export async function detect(context: CommandContext): Promise<void> {
  const { channel, checkouts } = context
  const { release, root } = await requireCheckout(context)
  for (const line of checkouts.all.flatMap(collectDetectionLines)) channel.info(line)
  showLine(channel, { level: 'info', text: l10n.t('YOLOv5 {0} in {1}', release, root) })
}

/** Lets the person choose the checkout that commands work on; where there is but one, says which. */
export async function selectCheckout(context: CommandContext): Promise<void> {
  const { checkouts } = context
  await checkouts.search()
  if (checkouts.all.length < 2) await detect(context)
  else await checkouts.choose()
}

/** Whether training could start here: what the program's `doctor` says, in the log. */
export async function doctor(context: CommandContext): Promise<void> {
  const { channel, program, checkouts } = context
  await checkouts.search()
  const root = checkouts.selected?.root ?? workspace.workspaceFolders?.[0]?.uri.fsPath
  const { configured, active } = await pythonSettings(Uri.file(root ?? homedir()))
  const python = configured ?? active
  const args = ['doctor', ...(python === undefined ? [] : ['--python', python])]
  channel.show(true)
  // Clones that lie in the home folder are none of a window's without a folder.
  const cwd = root ?? program.folder
  // 1: something is missing; it says what.
  await busy(l10n.t('checking the environment'), () =>
    program.run(args, cwd, (line) => channel.info(line), [0, 1]),
  )
  // What was installed since may be enough now.
  await commands.executeCommand(commandIds.refresh)
}
