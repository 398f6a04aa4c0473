import { resolve, sep } from 'node:path'
import * as l10n from '@vscode/l10n'
import { loadDataYaml } from '../../core/dataset/dataSet'
import { SlimError } from '../../core/errors'
import { findParent, trainingRunOf } from '../../runs/lineage'
import type { RunManifest } from '../../runs/manifest'
import { readRun, readRuns } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { createRunFolder, newRunId, reuseRunFolder, runOfFile } from '../../runs/store'
import type { LaunchSpec } from '../../runs/supervisor'
import { processesFor } from './distributed'
import { flagDefault, flagValue, spellFlags } from './flags'
import { hypFile, inputFile, modelFile } from './inputs'
import {
  type Asked,
  type Context,
  type FindReady,
  launchSpec,
  projectsOf,
  provenanceOf,
  runnerConfig,
  sparsityFields,
} from './launchSpec'
import type { StageRequest } from './request'
import { checkWeights, requireBatchNorm, requireClasses, requireDetector } from './weights'

/** Checks the inputs of a new run, then the interpreter, then makes the run's folder. */
export async function prepareNew(asked: Asked, ready: FindReady): Promise<LaunchSpec> {
  const { request, flags, parsed } = asked
  const { detection, stage } = request
  const places = { cwd: request.cwd, root: detection.root }
  const notes = [...parsed.notes]
  const named = (dest: string): string | undefined =>
    flagValue(parsed.script, dest) ?? flagDefault(flags, dest)
  const replaced = new Map<string, readonly string[]>()

  const data = await dataSetFor(named('data') ?? '', asked)
  replaced.set('data', [data.file])

  const weightNames = parsed.script.get('weights')?.values ?? [named('weights') ?? '']
  const weights: string[] = []
  for (const name of weightNames) {
    if (name !== '') weights.push(await inputFile('--weights', name, places))
  }
  replaced.set('weights', weights.length > 0 ? weights : [''])
  const cfgName = flagValue(parsed.script, 'cfg') ?? ''
  const cfg = cfgName === '' ? undefined : await modelFile(cfgName, places)
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
    // With a --cfg, what fits of any model's weights is taken over into a detector.
    if (stage === 'val' || stage === 'finetune' || !cfg) requireDetector(facts)
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

  const context: Context = { ...asked, found: await ready() }
  const id = newRunId()
  const [weightsFile] = weights
  const parent = weightsFile ? await parentOf(weightsFile, request) : undefined
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

/** Only for weights of no telling name are all logs read. */
async function parentOf(weights: string, request: StageRequest): Promise<string | undefined> {
  const holder = await trainingRunOf(weights)
  if (holder) return holder.manifest.id
  const runs = await readRuns(request.detection.root, projectsOf(request))
  return (await findParent(weights, runs)) ?? (await runOfFile(weights))?.manifest.id
}

/**
 * Paths in a data.yaml may be relative to where the script runs: the person's folder as they would run it
 * themselves, or the checkout, as tutorials do.
 */
async function dataSetFor(
  name: string,
  { request }: Asked,
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

async function allocate({ request, flags, parsed }: Asked, cfg: string | undefined) {
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
  { flags, parsed }: Asked,
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
