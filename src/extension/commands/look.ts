import { dirname, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { Uri, window } from 'vscode'
import { collectDetectionLines } from '../checkouts/collect'
import { formCandidates } from '../form/candidates'
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

/** Whether training could start here: what the program's `doctor` says, in the log. */
export async function doctor(context: CommandContext): Promise<void> {
  const { channel, program } = context
  const { root } = await requireCheckout(context)
  const { configured, active } = await pythonSettings(Uri.file(root))
  const python = configured ?? active
  const args = ['doctor', ...(python === undefined ? [] : ['--python', python])]
  channel.show(true)
  // 1: something is missing; it says what.
  await busy(l10n.t('checking the environment'), () =>
    program.run(args, root, (line) => channel.info(line), [0, 1]),
  )
}

/** Lets the user choose a checkpoint, and writes what it holds to the log; nothing in it is executed. */
export async function inspect(context: CommandContext): Promise<void> {
  const { channel, program, checkouts } = context
  await checkouts.search()
  const file = await chooseCheckpoint(context)
  if (file === undefined) return
  channel.info(`yolov5-slim inspect ${file}`)
  channel.show(true)
  await busy(l10n.t('reading the checkpoint'), () =>
    program.run(['inspect', file], dirname(file), (line) => channel.info(line)),
  )
}

async function chooseCheckpoint({
  activity,
  checkouts,
}: CommandContext): Promise<string | undefined> {
  const root = checkouts.selected?.root
  const browse = { label: `$(folder-opened) ${l10n.t('Browse…')}` }
  if (root !== undefined) {
    const { checkpoints } = await formCandidates('val', root, await activity.runs(root))
    const items = checkpoints.map(({ value, description = '' }) => ({ label: value, description }))
    const title = l10n.t('Inspect a checkpoint')
    const picked = await window.showQuickPick([...items, browse], { title })
    if (picked !== browse) return picked && resolve(root, picked.label)
  }
  const files = await window.showOpenDialog({ filters: { PyTorch: ['pt', 'pth'] } })
  return files?.[0]?.fsPath
}
