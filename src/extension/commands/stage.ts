import * as l10n from '@vscode/l10n'
import { Uri, workspace } from 'vscode'
import type { Detection } from '../../core/yolov5/release'
import { engines } from '../../engines/common/ownFlags'
import { type Engine, prepareStage } from '../../engines/prepareStage'
import type { AskedStage } from '../../runs/manifest'
import { startRun } from '../../runs/supervisor'
import { stageName } from '../activity/collect'
import { settings } from '../contributions'
import { pythonSettings } from '../python/interpreter'
import { formContext } from '../questions/candidates'
import { fillForm } from '../questions/form'
import { toArguments } from '../questions/question'
import { stageQuestions } from '../questions/stages'
import { busy, type CommandContext, requireCheckout } from './context'

/** Asks for a stage's options and starts it as a run that outlives the window. */
export async function runStage(
  context: CommandContext,
  stage: Exclude<AskedStage, 'prune'>,
): Promise<void> {
  const filled = await askStage(context, stage)
  if (!filled) return
  const { detection, args } = filled
  const { root } = detection
  const { program, channel, activity } = context
  channel.info(`${root}> yolov5-slim ${[stage, ...args].join(' ')}`)
  channel.show(true)
  const run = await busy(l10n.t('starting {0}', stageName(stage)), async () => {
    const python = await pythonSettings(Uri.file(root))
    const launch = await prepareStage({
      ...{ stage, detection, args, cwd: root, pythonSettings: python },
      engine: engineSetting(Uri.file(root)),
      namesPython: python.configured !== undefined,
      planner: program.planner,
      runner: program.runner,
      builtin: program.builtin,
      slimVersion: program.version,
    })
    for (const note of launch.notes ?? []) channel.info(note)
    return startRun(launch)
  })
  run.release()
  activity.follow(run.runDir)
}

function engineSetting(folder: Uri): Engine {
  const value = workspace.getConfiguration(settings.section, folder).get<string>(settings.engine)
  return engines.find((engine) => engine === value) ?? 'auto'
}

/** The form of a stage, filled in and remembered; undefined when the user backed out. */
export async function askStage(
  context: CommandContext,
  stage: AskedStage,
): Promise<{ readonly detection: Detection; readonly args: readonly string[] } | undefined> {
  const { memory, activity } = context
  const detection = await requireCheckout(context)
  const { root, release } = detection
  const questions = stageQuestions(stage, await formContext(stage, root, await activity.runs(root)))
  const title = `${stageName(stage)} · YOLOv5 ${release}`
  const initial = memory.recall(stage, questions)
  const answers = await fillForm(title, l10n.t('Start'), questions, initial, root)
  if (!answers) return undefined
  await memory.remember(stage, questions, answers)
  return { detection, args: toArguments(questions, answers) }
}
