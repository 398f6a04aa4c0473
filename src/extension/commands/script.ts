import * as l10n from '@vscode/l10n'
import * as v from 'valibot'
import { commands, Uri, window } from 'vscode'
import { SlimError } from '../../core/errors'
import { agreesToLoad } from '../common/agreesToLoad'
import { waitsForTurn } from '../common/queueing'
import { commandIds } from '../contributions'
import { joinArguments, splitArguments } from '../form/field'
import { pythonSettings } from '../python/interpreter'
import { busy, type CommandContext, requireCheckout } from './context'

const started = v.object({ runDir: v.string() })

/** Starts a slimming script of the workspace's own as it is, with the words that the person gives. */
export async function runScript(context: CommandContext): Promise<void> {
  const { root, capabilities } = await requireCheckout(context)
  const { slimmingScripts } = capabilities
  if (slimmingScripts.length === 0) {
    throw new SlimError(
      'scripts/missing',
      l10n.t('There is no slimming script in {0}.', root),
      l10n.t('Use the stages of YOLOv5 Slim itself: sparse, prune, finetune.'),
    )
  }
  const script = await window.showQuickPick([...slimmingScripts], { title: title() })
  if (script !== undefined) await askScript(context, root, { script, words: [] })
}

const title = () => l10n.t('Run a script of the workspace')

/**
 * Asks for the words of a script, and starts it.
 *
 * @param given the script, and the words that it was started with before
 */
export async function askScript(
  context: CommandContext,
  root: string,
  given: { readonly script: string; readonly words: readonly string[] },
): Promise<void> {
  const { script } = given
  const words = await window.showInputBox({
    title: `${title()}: ${script}`,
    value: joinArguments(given.words),
    prompt: l10n.t('Its arguments, as on the command line'),
    ignoreFocusOut: true,
  })
  if (words === undefined) return
  const { configured, active } = await pythonSettings(Uri.file(root))
  const python = configured ?? active
  const queue = waitsForTurn(Uri.file(root)) ? ['--queue'] : []
  const args = (agreed: readonly string[]) => [
    ...['script', '--detach', '--json', '--checkout', root, ...queue, ...agreed],
    ...(python === undefined ? [] : ['--python', python]),
    ...[script, ...splitArguments(words)],
  ]
  const start = (...agreed: readonly string[]) =>
    busy(l10n.t('starting {0}', script), () => context.program.json(args(agreed), root))
  const answer = await start().catch(async (error: unknown) => {
    if (await agreesToLoad(error)) return start('--trust-weights')
  })
  if (answer === undefined) return
  const { runDir } = v.parse(started, answer)
  await context.runs.follow(runDir)
  await commands.executeCommand(commandIds.openDashboard, runDir)
}
