import * as l10n from '@vscode/l10n'
import { showLine } from '../notify'
import { busy, type CommandContext } from './context'
import { askStage } from './stage'

/** Asks how much to cut, prunes, and shows the table in the log. */
export async function prune(context: CommandContext): Promise<void> {
  const filled = await askStage(context, 'prune')
  if (!filled) return
  const { channel, program } = context
  const { root } = filled.detection
  const args = ['prune', ...filled.args]
  channel.info(`${root}> yolov5-slim ${args.join(' ')}`)
  channel.show(true)
  await busy(l10n.t('pruning'), () => program.run(args, root, (line) => channel.info(line)))
  showLine(channel, {
    level: 'info',
    text: l10n.t('Pruned. The log shows every layer; Finetune starts from the pruned checkpoint.'),
  })
}
