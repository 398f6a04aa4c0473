import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import type { RunManifest } from '../../../runs/manifest'
import { parentOf } from '../../../runs/parent'
import { newRunId, runFiles } from '../../../runs/store'
import type { LaunchSpec } from '../../../runs/supervisor'
import { flagDefault, flagValue, parseFlags } from '../../common/flags'
import { hypFile, inputFile, modelFile, type Places } from '../../common/inputs'
import { allocateRun } from '../../common/runFolder'
import { sparsityFields, sparsityOf } from '../../common/sparsityFlags'
import { requireSafe } from '../../common/weights'
import { buildCheckpoint } from '../checkpoint/build'
import { type OpenModel, openModel, openModelFile } from '../checkpoint/open'
import { type BuiltinRelease, builtinReleases } from '../contract'
import { readHyp } from '../training/hyp'
import type { BuiltinConfig, BuiltinData } from './contract'
import { releaseFor, withoutCheckout } from './detection'
import { deviceOf } from './device'
import {
  type Asked,
  type BuiltinStageRequest,
  checkoutField,
  dataFor,
  launch,
  optOf,
  provenanceOf,
} from './launch'
import { trainOptions, valOptions } from './options'
import { prepareResumed } from './resumed'

/**
 * Makes a stage ready to start: checks every flag, file and module first, then allocates the run folder and writes
 * `slim/runner.json` there. Nothing is left behind when a check fails. Give the result to `startRun`.
 *
 * @throws SlimError `flags/…`, `file/…`, `data/…`, `checkpoint/…`, `model/…`, `model-yaml/…`, `resume/…`, `runs/…`
 */
export async function prepareBuiltinStage(request: BuiltinStageRequest): Promise<LaunchSpec> {
  const { stage, args, cwd } = request
  const detection = request.detection ?? withoutCheckout(cwd)
  const { capabilities } = detection
  const flags = stage === 'val' ? capabilities.evaluationFlags : capabilities.trainFlags
  const parsed = parseFlags(args, { flags, autobatch: true })
  const sparsity = sparsityOf(stage, parsed)
  const asked: Asked = {
    request: { ...request, detection },
    hasCheckout: request.detection !== undefined,
    ...{ flags, parsed, sparsity },
  }
  return parsed.script.has('resume') ? prepareResumed(asked) : prepareNew(asked)
}

async function prepareNew(asked: Asked): Promise<LaunchSpec> {
  const { request, hasCheckout, flags, parsed } = asked
  const { stage, detection, cwd } = request
  const places = { cwd, root: detection.root }
  const named = (dest: string): string =>
    flagValue(parsed.script, dest) ?? flagDefault(flags, dest) ?? ''
  const data = await dataFor(asked, named('data'))
  const weightsName = named('weights')
  const weights = weightsName === '' ? undefined : await inputFile('--weights', weightsName, places)
  const cfgName = flagValue(parsed.script, 'cfg') ?? ''
  const cfg = cfgName === '' ? undefined : await modelFile(cfgName, places)
  const form = hasCheckout ? releaseFor(detection.release) : undefined
  const release = builtinReleases.find((one) => one === parsed.own.as) ?? form
  const singleClass = parsed.script.has('single_cls') && data.nc > 1
  const model = await checkModel(asked, {
    weights,
    cfg,
    release: form,
    nc: singleClass ? 1 : data.nc,
  })
  if (weights && stage !== 'val') {
    requireSafe(weights, { trusted: parsed.own.trustWeights === true, detection })
  }
  if (stage === 'val' || stage === 'finetune')
    requireClasses(model, singleClass ? 1 : data.nc, data)
  const hyp = await hypOf(asked, places, named('hyp'))
  const opt = optOf(asked)
  // Refused now rather than by the process.
  if (stage === 'val') requireSplit(data, valOptions(opt).task)
  else trainOptions(opt, release ?? model.release)
  if (hyp) await readHyp(hyp.path, release ?? model.release)

  const { device, notes: deviceNotes } = deviceOf(parsed, request.engine)

  const notes = [...parsed.notes, ...deviceNotes, ...(hyp?.note ? [hyp.note] : [])]
  const id = newRunId()
  const provenance = await provenanceOf(asked, { weights, cfg, data: data.file })
  const runDir = await allocateRun({ request: asked.request, flags, parsed, cfg })
  const around = { root: detection.root, project: dirname(runDir), projects: request.projects }
  const parent = weights ? await parentOf(weights, around) : undefined
  const paths = {
    weights: weights ?? '',
    ...(stage === 'val' ? {} : { cfg: cfg ?? '', hyp: hyp?.path ?? '' }),
    data: data.file,
    ...{ project: dirname(runDir), name: basename(runDir), exist_ok: true },
  }
  const config: BuiltinConfig = {
    ...{ v: 1, stage, runDir, eventsFile: runFiles(runDir).events, data },
    ...(release ? { release } : {}),
    ...(form && form !== release ? { form } : {}),
    ...(weights ? { weights } : {}),
    ...(cfg ? { cfg } : {}),
    ...(hyp ? { hyp: hyp.path } : {}),
    opt: { ...opt, ...paths },
    sparsity: asked.sparsity,
    resume: false,
    device,
    threads: parsed.own.threads ?? 0,
  }
  const manifest: RunManifest = {
    ...{ v: 1, id, stage },
    ...(parent ? { parent: parent.manifest.id } : {}),
    engine: 'builtin',
    commandLine: request.commandLine ?? [stage, ...request.args],
    cwd,
    ...checkoutField(asked),
    ...sparsityFields(asked.sparsity),
    ...{ createdAt: Date.now(), provenance },
  }
  return launch(asked, manifest, config, notes)
}

/** Opens or builds the model, so that what it lacks is named before anything starts. */
async function checkModel(
  { request }: Asked,
  {
    weights,
    cfg,
    release,
    nc,
  }: {
    readonly weights: string | undefined
    readonly cfg: string | undefined
    readonly release: BuiltinRelease | undefined
    readonly nc: number
  },
): Promise<OpenModel> {
  const { stage } = request
  const given = weights === undefined ? undefined : openModelFile(weights)
  if (given && (!cfg || stage === 'val')) return given
  if (!cfg || stage === 'finetune' || stage === 'val') {
    if (given) return given
    throw new SlimError(
      'flags/value',
      stage === 'train' || stage === 'sparse'
        ? l10n.t('Neither --weights nor --cfg says which model to train.')
        : l10n.t('The stage {0} needs --weights.', stage),
      l10n.t('Give --weights, e.g. runs/train/exp/weights/last.pt.'),
    )
  }
  const names = Array.from({ length: nc }, (_, i) => `${i}`)
  const bytes = buildCheckpoint({
    ...{ release: release ?? given?.release ?? 'v7.0', file: cfg, nc, names, seed: 0 },
    text: await readFile(cfg, 'utf8'),
    anchorsPerLevel: undefined,
  })
  return openModel(cfg, bytes)
}

function requireClasses(model: OpenModel, nc: number, { file }: BuiltinData): void {
  if (model.head.nc === nc) return
  throw new SlimError(
    'data/class-mismatch',
    l10n.t('{0} has {1} classes, but {2} has {3}.', model.name, model.head.nc, file, nc),
    l10n.t('Give the data.yaml that the weights were trained with, or weights of its classes.'),
  )
}

function requireSplit(data: BuiltinData, task: 'train' | 'val' | 'test'): void {
  if (data[task].length > 0) return
  throw new SlimError(
    'data/missing-key',
    l10n.t('{0} has no “{1}”, which --task {1} needs.', data.file, task),
    l10n.t('Add the key, or evaluate another split with --task.'),
  )
}

async function hypOf(
  { request, hasCheckout, parsed }: Asked,
  places: Places,
  name: string,
): Promise<{ readonly path: string; readonly note?: string } | undefined> {
  if (request.stage === 'val' || name === '') return undefined
  if (hasCheckout) return hypFile(name, places, request.detection)
  return parsed.script.has('hyp') ? { path: await inputFile('--hyp', name, places) } : undefined
}
