import { join, relative, resolve, sep } from 'node:path'
import * as l10n from '@vscode/l10n'
import { loadDataYaml } from '../../core/dataset/dataSet'
import { SlimError } from '../../core/errors'
import { findParent } from '../../runs/lineage'
import type { RunManifest } from '../../runs/manifest'
import { collectProvenance } from '../../runs/provenance'
import { readRun, readRuns } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import {
  createRunFolder,
  newRunId,
  reuseRunFolder,
  runFiles,
  writeFileAtomically,
  writeManifest,
} from '../../runs/store'
import type { LaunchSpec } from '../../runs/supervisor'
import type { RunnerConfig, RunnerSparsity } from './contract'
import { launchCommand, processesFor } from './distributed'
import { flagDefault, flagValue, type ParsedFlags, parseFlags, spellFlags } from './flags'
import { hypFile, inputFile, isFile } from './inputs'
import { findPython, type Preflight, preflight, requireReady } from './python'
import type { StageRequest } from './request'
import { type ResumePoint, resumePoint } from './resume'
import { checkWeights, requireBatchNorm, requireClasses } from './weights'

export type { StageRequest } from './request'

/**
 * Makes a stage ready to start: checks every flag, file and package first, then allocates the run folder and
 * writes `slim/runner.json` there. Nothing is left behind when a check fails. Give the result to `startRun`.
 *
 * @throws SlimError `flags/…`, `file/…`, `data/…`, `checkpoint/…`, `python/…`, `resume/…`, `runs/…`, `release/…`
 */
export async function preparePyTorchStage(request: StageRequest): Promise<LaunchSpec> {
  const { detection, stage } = request
  const { root, capabilities } = detection
  const script = stage === 'val' ? `${capabilities.evaluation}.py` : 'train.py'
  const flags = stage === 'val' ? capabilities.evaluationFlags : capabilities.trainFlags
  if (!flags.some(({ dest }) => dest === 'project')) {
    throw new SlimError(
      'release/too-old',
      l10n.t('{0} of YOLOv5 {1} does not let us choose its run folder.', script, detection.release),
      l10n.t('Use YOLOv5 v5.0 or newer for training; checkpoints of this release can be pruned.'),
    )
  }
  const parsed = parseFlags(request.args, {
    flags,
    autobatch: await isFile(join(root, 'utils', 'autobatch.py')),
  })
  const sparsity = sparsityOf(stage, parsed)
  const found = await readyPython(request, parsed)
  const context: Context = { request, flags, script, parsed, found, sparsity }
  return parsed.script.has('resume') ? prepareResumed(context) : prepareNew(context)
}

type Context = {
  readonly request: StageRequest
  readonly flags: Parameters<typeof flagDefault>[0]
  readonly script: string
  readonly parsed: ParsedFlags
  readonly found: Preflight
  readonly sparsity: RunnerSparsity | null
}

/** Sparsity that prepares for removing half of the channels, unless `--percent` says otherwise. */
const defaultPercent = 0.5

function sparsityOf(stage: StageRequest['stage'], { own }: ParsedFlags): RunnerSparsity | null {
  if (stage === 'sparse') {
    return {
      reg: own.reg ?? 'prox',
      sr: own.sr ?? 'auto',
      schedule: own.srSchedule ?? 'constant',
      percent: own.percent ?? defaultPercent,
    }
  }
  const given = [
    own.st && '--st',
    own.sr !== undefined && '--sr',
    own.reg && '--reg',
    own.srSchedule && '--sr-schedule',
  ].find((flag) => typeof flag === 'string')
  if (given === undefined) return null
  throw new SlimError(
    'flags/stage',
    l10n.t('{0} belongs to sparse training, not to the stage {1}.', given, stage),
    l10n.t('Use the stage "sparse", or leave {0} out.', given),
  )
}

async function readyPython(request: StageRequest, { own }: ParsedFlags): Promise<Preflight> {
  const { preflight: given, detection, cwd, pythonSettings } = request
  const { configured, active } = pythonSettings ?? {}
  const ready =
    given ??
    (await preflight(
      await findPython({
        cwd,
        ...(own.python === undefined ? {} : { flag: own.python }),
        ...(configured === undefined ? {} : { setting: configured }),
        ...(active === undefined ? {} : { active }),
      }),
      { checkout: detection.root },
    ))
  requireReady(ready)
  return ready
}

async function prepareNew(context: Context): Promise<LaunchSpec> {
  const { request, flags, parsed } = context
  const { detection, stage } = request
  const places = { cwd: request.cwd, root: detection.root }
  const notes = [...parsed.notes]
  const named = (dest: string): string | undefined =>
    flagValue(parsed.script, dest) ?? flagDefault(flags, dest)
  const replaced = new Map<string, readonly string[]>()

  const data = await dataSetFor(named('data') ?? '', context)
  replaced.set('data', [data.file])

  const weightNames = parsed.script.get('weights')?.values ?? [named('weights') ?? '']
  const weights: string[] = []
  for (const name of weightNames) {
    if (name !== '') weights.push(await inputFile('--weights', name, places))
  }
  replaced.set('weights', weights.length > 0 ? weights : [''])
  const cfgName = flagValue(parsed.script, 'cfg') ?? ''
  const cfg = cfgName === '' ? undefined : await inputFile('--cfg', cfgName, places)
  if (cfg) replaced.set('cfg', [cfg])
  if (weights.length === 0 && (stage === 'finetune' || stage === 'val' || !cfg)) {
    throw new SlimError(
      'flags/value',
      stage === 'train' || stage === 'sparse'
        ? l10n.t('Neither --weights nor --cfg says which model to train.')
        : l10n.t('The stage {0} needs --weights.', stage),
      l10n.t('Give --weights, e.g. runs/train/exp/weights/last.pt.'),
    )
  }
  const policy = { trusted: parsed.own.trustWeights === true, detection }
  for (const path of weights) {
    const facts = checkWeights(path, policy)
    if (stage !== 'val') requireBatchNorm(facts)
    if (stage === 'val' || stage === 'finetune') {
      const nc = parsed.script.has('single_cls') ? 1 : data.nc
      requireClasses(facts, data.file, nc)
    }
  }

  const hypName = flags.some(({ dest }) => dest === 'hyp') ? named('hyp') : undefined
  if (hypName) {
    const hyp = await hypFile(hypName, places, detection)
    replaced.set('hyp', [hyp.path])
    if (hyp.note) notes.push(hyp.note)
  }

  const device = flagValue(parsed.script, 'device')
  const batchSize = flagValue(parsed.script, 'batch_size')
  const processes = processesFor(parsed.own, device, batchSize)

  const id = newRunId()
  const [weightsFile] = weights
  const runs = weightsFile ? await readRuns(detection.root, projectsOf(request)) : []
  const parent = weightsFile ? await findParent(weightsFile, runs) : undefined
  const provenance = await provenanceOf(context, { weights: weightsFile, cfg, data: data.file })
  const runDir = await allocate(context, cfg)
  const argv = argumentsFor(context, replaced, runDir)
  const manifest: RunManifest = {
    v: 1,
    id,
    stage,
    ...(parent ? { parent } : {}),
    engine: 'pytorch',
    commandLine: request.commandLine ?? [stage, ...request.args],
    cwd: request.cwd,
    checkout: { root: detection.root, release: detection.release },
    ...sparsityFields(context.sparsity),
    createdAt: Date.now(),
    provenance,
  }
  const config = runnerConfig(context, { runDir, argv, cwd: data.cwd, resume: false })
  return launchSpec(context, { runDir, manifest, config, processes, notes })
}

async function prepareResumed(context: Context): Promise<LaunchSpec> {
  const { request, parsed } = context
  const { detection } = request
  const value = flagValue(parsed.script, 'resume')
  const point = await resumePoint(value, {
    cwd: request.cwd,
    root: detection.root,
    ...projectsOf(request),
  })
  const stage = point.manifest?.stage ?? request.stage
  if (stage === 'prune' || stage === 'val' || request.stage === 'val') {
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
  const sparsity = stage === 'sparse' ? resumedSparsity(context, point) : null
  const going: Context = { ...context, sparsity, request: { ...request, stage } }
  // The release takes everything but the checkpoint from the run's opt.yaml.
  const processes = processesFor(parsed.own, point.device, point.batchSize)
  const before = point.manifest
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
  const config = runnerConfig(going, {
    runDir: point.runDir,
    argv: ['--resume', point.checkpoint],
    cwd: point.config?.cwd ?? detection.root,
    resume: true,
  })
  return launchSpec(going, { runDir: point.runDir, manifest, config, processes, notes })
}

/** A resumed schedule stays where it was: what was not given again is as the run was started. */
function resumedSparsity({ parsed, sparsity }: Context, point: ResumePoint): RunnerSparsity | null {
  const { own } = parsed
  const before = point.config?.sparsity ?? sparsity
  if (!before) return sparsity
  return {
    reg: own.reg ?? before.reg,
    sr: own.sr ?? before.sr,
    schedule: own.srSchedule ?? before.schedule,
    percent: own.percent ?? before.percent,
  }
}

/**
 * Paths in a data.yaml may be relative to where the script runs: the person's folder as they would run it
 * themselves, or the checkout, as tutorials do.
 */
async function dataSetFor(
  name: string,
  { request }: Context,
): Promise<{ readonly file: string; readonly nc: number; readonly cwd: string }> {
  const { detection } = request
  const file = await inputFile('--data', name, { cwd: request.cwd, root: detection.root })
  try {
    const { nc } = await loadDataYaml(file, detection, { cwd: detection.root })
    return { file, nc, cwd: detection.root }
  } catch (error) {
    const elsewhere = resolve(request.cwd) !== resolve(detection.root)
    if (!(error instanceof SlimError) || error.code !== 'data/missing-path' || !elsewhere)
      throw error
    const { nc } = await loadDataYaml(file, detection, { cwd: request.cwd })
    return { file, nc, cwd: request.cwd }
  }
}

async function provenanceOf(
  { request, found, parsed, flags }: Context,
  files: {
    readonly weights?: string | undefined
    readonly cfg?: string | undefined
    data?: string
  },
): Promise<RunManifest['provenance']> {
  const seed = Number(
    flagValue(parsed.script, 'seed') ?? flags.find(({ dest }) => dest === 'seed')?.default,
  )
  return collectProvenance({
    slimVersion: request.slimVersion,
    checkout: request.detection.root,
    inputs: {
      ...(files.weights === undefined ? {} : { weights: files.weights }),
      ...(files.cfg === undefined ? {} : { cfg: files.cfg }),
      ...(files.data === undefined ? {} : { data: files.data }),
    },
    python: found.python.version,
    ...(found.torch ? { torch: found.torch.version, cuda: found.torch.cuda } : {}),
    ...(Number.isInteger(seed) ? { seed } : {}),
  })
}

async function allocate({ request, flags, parsed }: Context, cfg: string | undefined) {
  const { detection, stage, cwd } = request
  const given = flagValue(parsed.script, 'project')
  const fallback = flagDefault(flags, 'project') ?? (stage === 'val' ? 'runs/val' : 'runs/train')
  // A package's folder is no place for runs.
  const home = detection.capabilities.layout === 'packaged' ? cwd : detection.root
  const project = given === undefined ? resolve(home, fallback) : resolve(cwd, given)
  const asked = flagValue(parsed.script, 'name') ?? flagDefault(flags, 'name') ?? 'exp'
  const name = asked === 'cfg' && cfg ? (/([^\\/]+?)(\.[^.]*)?$/.exec(cfg)?.[1] ?? asked) : asked
  if (!parsed.script.has('exist_ok')) return createRunFolder(project, name)
  const before = await readRun(resolve(project, name)).catch(() => undefined)
  if (before && !isEnded(before.state)) {
    throw new SlimError(
      'runs/in-use',
      l10n.t('{0} is still running.', before.runDir),
      l10n.t('Choose another --name, or stop it first with "yolov5-slim stop".'),
    )
  }
  return reuseRunFolder(project, name)
}

function argumentsFor(
  { flags, parsed }: Context,
  replaced: ReadonlyMap<string, readonly string[]>,
  runDir: string,
): string[] {
  const values = new Map(parsed.script)
  for (const dest of ['project', 'name', 'exist_ok']) values.delete(dest)
  const put = (dest: string, list: readonly string[]): void => {
    const flag = flags.find((one) => one.dest === dest)
    if (flag) values.set(dest, { flag, values: list })
  }
  for (const [dest, list] of replaced) put(dest, list)
  const parts = runDir.split(sep)
  put('project', [parts.slice(0, -1).join(sep)])
  put('name', [parts.at(-1) ?? ''])
  put('exist_ok', [])
  return spellFlags(values)
}

function sparsityFields(
  sparsity: RunnerSparsity | null,
): Pick<RunManifest, 'sparsity' | 'percent'> {
  if (!sparsity) return {}
  const { reg, sr, schedule, percent } = sparsity
  return { sparsity: { reg, sr, schedule }, percent }
}

function runnerConfig(
  { request, script, sparsity }: Context,
  run: Pick<RunnerConfig, 'runDir' | 'argv' | 'cwd' | 'resume'>,
): RunnerConfig {
  const { root, capabilities } = request.detection
  return {
    v: 1,
    checkout: root,
    layout: capabilities.layout,
    stage: request.stage,
    script,
    sparsity,
    planner: request.planner,
    eventsFile: runFiles(run.runDir).events,
    ...run,
  }
}

async function launchSpec(
  { request, found, parsed }: Context,
  run: {
    readonly runDir: string
    readonly manifest: RunManifest
    readonly config: RunnerConfig
    readonly processes: ReturnType<typeof processesFor>
    readonly notes: readonly string[]
  },
): Promise<LaunchSpec> {
  const { runDir, manifest, config, processes, notes } = run
  const file = runFiles(runDir).runnerConfig
  await writeFileAtomically(file, `${JSON.stringify(config, null, 2)}\n`)
  await writeManifest(runDir, manifest)
  const torch = found.torch?.version ?? ''
  const runnerArgs = [request.runner, file]
  const launch = await launchCommand(found.python, torch, runnerArgs, processes, parsed.own)
  return {
    runDir,
    manifest,
    ...launch,
    cwd: config.cwd,
    env: { ELECTRON_RUN_AS_NODE: '1', PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8' },
    notes,
  }
}

/** Where a run folder is, as a person would write it. */
export function shownRunDir(runDir: string, cwd: string): string {
  const path = relative(cwd, runDir)
  return path.startsWith('..') ? runDir : path
}

function projectsOf(request: StageRequest): { readonly projects: readonly string[] } {
  return { projects: request.projects ?? [] }
}
