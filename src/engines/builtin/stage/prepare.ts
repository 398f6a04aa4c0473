import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { parse } from 'yaml'
import { SlimError } from '../../../core/errors'
import type { Sparsity } from '../../../core/slimming/sparsity'
import type { Detection, ScriptFlag } from '../../../core/yolov5/release'
import type { RunManifest } from '../../../runs/manifest'
import { collectProvenance } from '../../../runs/provenance'
import { newRunId, runFiles, writeManifest } from '../../../runs/store'
import type { LaunchSpec } from '../../../runs/supervisor'
import { dataSetFor } from '../../common/dataSetFor'
import { flagDefault, flagValue, type ParsedFlags, parseFlags } from '../../common/flags'
import { hypFile, inputFile, modelFile, type Places } from '../../common/inputs'
import { parentOf } from '../../common/parent'
import { resumePoint } from '../../common/resume'
import { allocateRun } from '../../common/runFolder'
import { writeRunnerConfig } from '../../common/runnerConfig'
import { resumedSparsity, sparsityFields, sparsityOf } from '../../common/sparsityFlags'
import { buildCheckpoint } from '../checkpoint/build'
import { type OpenModel, openModel, openModelFile } from '../checkpoint/open'
import { readProgress } from '../checkpoint/progress'
import { type BuiltinRelease, builtinReleases } from '../contract'
import { readHyp } from '../training/hyp'
import type { BuiltinConfig, BuiltinData } from './contract'
import { releaseFor, withoutCheckout } from './detection'
import { deviceOf } from './device'
import { type OptValues, trainOptions, valOptions } from './options'

/** What `prepareBuiltinStage` is asked to do. */
export type BuiltinStageRequest = {
  readonly stage: Exclude<BuiltinConfig['stage'], 'detect'>
  /** The checkout whose release, yamls and flags count; the engine also works without one. */
  readonly detection?: Detection
  readonly args: readonly string[]
  /** Folder that relative paths in `args` start from; absolute. */
  readonly cwd: string
  /** What a person would type to do the same again, after the program name. Default: stage and args. */
  readonly commandLine?: readonly string[]
  /** Absolute path of the engine's `main.cjs`. */
  readonly engine: string
  readonly slimVersion: string
  /** Extra folders that hold runs, to resolve `--resume` and to find parents. */
  readonly projects?: readonly string[]
}

/** A stage whose flags are understood. */
type Asked = {
  readonly request: BuiltinStageRequest & { readonly detection: Detection }
  readonly hasCheckout: boolean
  readonly flags: readonly ScriptFlag[]
  readonly parsed: ParsedFlags
  readonly sparsity: Sparsity | null
}

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
  if (stage === 'val' || stage === 'finetune')
    requireClasses(model, singleClass ? 1 : data.nc, data)
  const hyp = await hypOf(asked, places, named('hyp'))
  const opt = optOf(asked)
  // Refused now rather than by the process.
  if (stage === 'val') valOptions(opt)
  else trainOptions(opt, release ?? model.release)
  if (hyp) await readHyp(hyp.path, release ?? model.release)

  const { device, notes: deviceNotes } = deviceOf(parsed)

  const notes = [...parsed.notes, ...deviceNotes, ...(hyp?.note ? [hyp.note] : [])]
  const id = newRunId()
  const parent = weights ? await parentOf(weights, detection.root, request.projects) : undefined
  const provenance = await provenanceOf(asked, { weights, cfg, data: data.file })
  const runDir = await allocateRun({ request: asked.request, flags, parsed, cfg })
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
    ...(parent ? { parent } : {}),
    engine: 'builtin',
    commandLine: request.commandLine ?? [stage, ...request.args],
    cwd,
    ...checkoutField(asked),
    ...sparsityFields(asked.sparsity),
    ...{ createdAt: Date.now(), provenance },
  }
  return launch(asked, manifest, config, notes)
}

/** Lets a stopped run go on in its own folder, under its own id, whichever engine began it. */
async function prepareResumed(asked: Asked): Promise<LaunchSpec> {
  const { request, hasCheckout, parsed } = asked
  const { detection, cwd } = request
  const point = await resumePoint(flagValue(parsed.script, 'resume'), {
    ...{ cwd, root: detection.root, projects: request.projects ?? [] },
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
  const open = openModelFile(point.checkpoint)
  // Refused before the log of a run that finished is touched.
  readProgress(open, 'SGD')
  const before = point.manifest
  const data = await dataFor(asked, String(opt.data ?? ''))
  const { device, notes: deviceNotes } = deviceOf(parsed, point.config?.device)
  const notes = [...parsed.notes, ...deviceNotes]
  if (stage !== request.stage) {
    notes.push(l10n.t('{0} is a {1} run and goes on as such.', point.runDir, stage))
  }
  const { own } = parsed
  const sparsity =
    stage === 'sparse' ? resumedSparsity(own, asked.sparsity, point.config?.sparsity) : null
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

/** The data set; without a checkout its paths are relative to its own folder where they say no other. */
async function dataFor({ request, hasCheckout }: Asked, name: string): Promise<BuiltinData> {
  const { detection, cwd } = request
  if (name === '') {
    throw new SlimError(
      'flags/value',
      l10n.t('--data does not say which data set to use.'),
      l10n.t('Give --data, e.g. data/yours.yaml.'),
    )
  }
  const as = hasCheckout
    ? detection
    : { ...detection, root: dirname(await inputFile('--data', name, { cwd, root: cwd })) }
  const set = await dataSetFor(name, { detection: as, cwd })
  const { file, nc, names, train, val, test } = set
  return { file, nc, names, train, val, test }
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

async function hypOf(
  { request, hasCheckout, parsed }: Asked,
  places: Places,
  name: string,
): Promise<{ readonly path: string; readonly note?: string } | undefined> {
  if (request.stage === 'val' || name === '') return undefined
  if (hasCheckout) return hypFile(name, places, request.detection)
  return parsed.script.has('hyp') ? { path: await inputFile('--hyp', name, places) } : undefined
}

/** The options as train.py's `opt` would have them: defaults, and what was given. */
export function optOf({ flags, parsed }: Pick<Asked, 'flags' | 'parsed'>): OptValues {
  const opt: Record<string, unknown> = {}
  for (const flag of flags) opt[flag.dest] = defaultValue(flag)
  for (const { flag, values } of parsed.script.values()) {
    const typed = values.map((value) =>
      flag.type === 'int' || flag.type === 'float' ? Number(value) : value,
    )
    opt[flag.dest] = flag.arity === 'many' ? typed : (typed[0] ?? true)
  }
  return opt
}

/** A default from its source text: numbers, strings, True, False, None and lists of numbers; `ROOT / …` is a path. */
function defaultValue(flag: ScriptFlag): unknown {
  const source = flag.default?.trim()
  if (source === undefined) return flag.arity === 'none' ? false : null
  if (source === 'True' || source === 'False') return source === 'True'
  const list = /^\[([-\d.,\s]*)\]$/.exec(source)?.[1]
  if (list !== undefined) return list.split(',').map(Number)
  const text = flagDefault([flag], flag.dest)
  if (text !== undefined) return text
  const number = Number(source)
  return Number.isFinite(number) ? number : null
}

function checkoutField({ request, hasCheckout }: Asked): Pick<RunManifest, 'checkout'> {
  const { root, release } = request.detection
  return hasCheckout ? { checkout: { root, release } } : {}
}

function provenanceOf(
  { request, hasCheckout, parsed }: Asked,
  files: {
    readonly weights?: string | undefined
    readonly cfg?: string | undefined
    readonly data?: string
  },
): Promise<RunManifest['provenance']> {
  const inputs = Object.fromEntries(Object.entries(files).filter(([, path]) => path !== undefined))
  return collectProvenance({
    slimVersion: request.slimVersion,
    ...(hasCheckout ? { checkout: request.detection.root } : {}),
    inputs,
    seed: Number(flagValue(parsed.script, 'seed') ?? 0),
  })
}

/** Writes what the engine's process is told, and says how to start it. */
export async function launch(
  { request }: { readonly request: Pick<BuiltinStageRequest, 'engine' | 'cwd'> },
  manifest: RunManifest,
  config: BuiltinConfig,
  notes: readonly string[],
): Promise<LaunchSpec> {
  const { runDir } = config
  const file = await writeRunnerConfig(runDir, config)
  await writeManifest(runDir, manifest)
  return {
    ...{ runDir, manifest, notes, device: config.device },
    command: process.execPath,
    args: [request.engine, file],
    cwd: request.cwd,
    // An Electron that is told so is a Node; plain Node ignores it.
    env: { ELECTRON_RUN_AS_NODE: '1' },
  }
}
