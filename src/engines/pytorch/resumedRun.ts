import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import type { RunManifest } from '../../runs/manifest'
import { newRunId } from '../../runs/store'
import type { LaunchSpec } from '../../runs/supervisor'
import { flagValue } from '../common/flags'
import { projectsFor, resumePoint } from '../common/resume'
import { resumedSparsity, sparsityFields } from '../common/sparsityFlags'
import { checkWeights } from '../common/weights'
import { processesFor } from './distributed'
import {
  type Asked,
  type Context,
  type FindReady,
  launchSpec,
  provenanceOf,
  runnerConfig,
} from './launchSpec'

/** Lets a stopped run go on in its own folder, under its own id. */
export async function prepareResumed(asked: Asked, ready: FindReady): Promise<LaunchSpec> {
  const { request, parsed } = asked
  const { detection } = request
  const value = flagValue(parsed.script, 'resume')
  const point = await resumePoint(value, {
    cwd: request.cwd,
    root: detection.root,
    projects: projectsFor(parsed, request.cwd, request.projects),
  })
  const stage = point.manifest?.stage ?? request.stage
  if (stage === 'prune' || stage === 'val' || stage === 'detect' || request.stage === 'val') {
    throw new SlimError(
      'resume/not-found',
      l10n.t('{0} is no training run.', point.runDir),
      l10n.t('Name the folder of a training run.'),
    )
  }
  const policy = { trusted: parsed.own.trustWeights === true, detection }
  if (checkWeights(point.checkpoint, policy).finished) {
    throw new SlimError(
      'resume/finished',
      l10n.t('{0} is of a run that finished.', point.checkpoint),
      l10n.t('Start a new run with --weights {0}.', point.checkpoint),
    )
  }
  const notes = [...parsed.notes]
  if (stage !== request.stage) {
    notes.push(l10n.t('{0} is a {1} run and goes on as such.', point.runDir, stage))
  }
  const sparsity =
    stage === 'sparse'
      ? resumedSparsity(parsed.own, asked.sparsity, point.config?.sparsity, point.chosen)
      : null
  const going: Asked = { ...asked, sparsity, request: { ...request, stage } }
  // The release takes everything but the checkpoint from the run's opt.yaml.
  const processes = processesFor(parsed.own, point.device, point.batchSize)
  const before = point.manifest
  const context: Context = { ...going, found: await ready() }
  const manifest: RunManifest = {
    v: 1,
    id: before?.id ?? newRunId(),
    stage,
    ...(before?.parent ? { parent: before.parent } : {}),
    engine: 'pytorch',
    commandLine: before?.commandLine ?? request.commandLine ?? [request.stage, ...request.args],
    cwd: before?.cwd ?? request.cwd,
    checkout: { root: detection.root, release: detection.release },
    ...sparsityFields(sparsity),
    createdAt: before?.createdAt ?? Date.now(),
    provenance: before?.provenance ?? (await provenanceOf(context, { weights: point.checkpoint })),
  }
  const config = runnerConfig(context, {
    runDir: point.runDir,
    argv: ['--resume', point.checkpoint],
    cwd: point.config?.cwd ?? detection.root,
    resume: true,
  })
  return launchSpec(context, {
    ...{ runDir: point.runDir, manifest, config, processes, notes },
    device: point.device ?? '',
  })
}
