import * as l10n from '@vscode/l10n'
import { Uri } from 'vscode'
import type { Detection } from '../../core/yolov5/release'
import { preparePyTorchStage } from '../../engines/pytorch/prepare'
import type { Stage } from '../../runs/manifest'
import { startRun } from '../../runs/supervisor'
import { stageName } from '../activity/collect'
import { pythonSettings } from '../python/interpreter'
import { formContext } from '../questions/candidates'
import { fillForm } from '../questions/form'
import { toArguments } from '../questions/question'
import { stageQuestions } from '../questions/stages'
import { busy, type CommandContext, requireCheckout } from './context'

/** Asks for a stage's options and starts it as a run that outlives the window. */
export async function runStage(
  context: CommandContext,
  stage: Exclude<Stage, 'prune'>,
): Promise<void> {
  const filled = await askStage(context, stage)
  if (!filled) return
  const { detection, args } = filled
  const { root } = detection
  const { program, channel, activity } = context
  channel.info(`${root}> yolov5-slim ${[stage, ...args].join(' ')}`)
  channel.show(true)
  const run = await busy(l10n.t('starting {0}', stageName(stage)), async () => {
    const launch = await preparePyTorchStage({
      stage,
      detection,
      args,
      cwd: root,
      planner: program.planner,
      runner: program.runner,
      slimVersion: program.version,
      pythonSettings: await pythonSettings(Uri.file(root)),
    })
    for (const note of launch.notes ?? []) channel.info(note)
    return startRun(launch)
  })
  run.release()
  activity.follow(run.runDir)
}

/** The form of a stage, filled in and remembered; undefined when the user backed out. */
export async function askStage(
  context: CommandContext,
  stage: Stage,
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
