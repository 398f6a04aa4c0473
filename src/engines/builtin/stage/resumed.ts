import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { parse } from 'yaml'
import { SlimError } from '../../../core/errors'
import type { RunManifest } from '../../../runs/manifest'
import { newRunId, runFiles } from '../../../runs/store'
import type { LaunchSpec } from '../../../runs/supervisor'
import { flagValue } from '../../common/flags'
import { projectsFor, resumePoint } from '../../common/resume'
import { resumedSparsity, sparsityFields } from '../../common/sparsityFlags'
import { requireSafe } from '../../common/weights'
import { openModelFile } from '../checkpoint/open'
import { readProgress } from '../checkpoint/progress'
import type { BuiltinConfig } from './contract'
import { releaseFor } from './detection'
import { deviceOf } from './device'
import { type Asked, checkoutField, dataFor, launch, provenanceOf } from './launch'
import type { OptValues } from './options'

/** Lets a stopped run go on in its own folder, under its own id, whichever engine began it. */
export async function prepareResumed(asked: Asked): Promise<LaunchSpec> {
  const { request, hasCheckout, parsed } = asked
  const { detection, cwd } = request
  const point = await resumePoint(flagValue(parsed.script, 'resume'), {
    ...{ cwd, root: detection.root, projects: projectsFor(parsed, cwd, request.projects) },
  })
  const stage = point.manifest?.stage ?? request.stage
  if (stage === 'prune' || stage === 'val' || stage === 'detect' || request.stage === 'val') {
    throw new SlimError(
      'resume/not-found',
      l10n.t('{0} is no training run.', point.runDir),
      l10n.t('Name the folder of a training run.'),
    )
  }
  const opt = parse(await readFile(resolve(point.runDir, 'opt.yaml'), 'utf8')) as OptValues
  requireSafe(point.checkpoint, { trusted: parsed.own.trustWeights === true, detection })
  const open = openModelFile(point.checkpoint)
  // Refused before the log of a run that finished is touched.
  readProgress(open, 'SGD')
  const before = point.manifest
  const data = await dataFor(asked, String(opt.data ?? ''))
  const { device, notes: deviceNotes } = deviceOf(parsed, request.engine, point.config?.device)
  const notes = [...parsed.notes, ...deviceNotes]
  if (stage !== request.stage) {
    notes.push(l10n.t('{0} is a {1} run and goes on as such.', point.runDir, stage))
  }
  const { own } = parsed
  const sparsity =
    stage === 'sparse'
      ? resumedSparsity(own, asked.sparsity, point.config?.sparsity, point.chosen)
      : null
  const config: BuiltinConfig = {
    ...{ v: 1, stage, runDir: point.runDir, eventsFile: runFiles(point.runDir).events, data },
    release: hasCheckout ? releaseFor(detection.release) : open.release,
    weights: point.checkpoint,
    hyp: resolve(point.runDir, 'hyp.yaml'),
    ...{ opt, sparsity, resume: true },
    device,
    threads: own.threads ?? point.config?.threads ?? 0,
  }
  const manifest: RunManifest = {
    ...{ v: 1, id: before?.id ?? newRunId(), stage },
    ...(before?.parent ? { parent: before.parent } : {}),
    engine: 'builtin',
    commandLine: before?.commandLine ?? request.commandLine ?? [request.stage, ...request.args],
    cwd: before?.cwd ?? cwd,
    ...checkoutField(asked),
    ...sparsityFields(sparsity),
    createdAt: before?.createdAt ?? Date.now(),
    provenance: before?.provenance ?? (await provenanceOf(asked, { weights: point.checkpoint })),
  }
  return launch(asked, manifest, config, notes)
}
