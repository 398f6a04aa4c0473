import { dirname, sep } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import type { RunManifest } from '../../runs/manifest'
import { parentOf } from '../../runs/parent'
import { newRunId } from '../../runs/store'
import type { LaunchSpec } from '../../runs/supervisor'
import { dataSetFor } from '../common/dataSetFor'
import { flagDefault, flagValue, spellFlags } from '../common/flags'
import { hypFile, inputFile, modelFile } from '../common/inputs'
import { allocateRun } from '../common/runFolder'
import { sparsityFields } from '../common/sparsityFlags'
import { checkWeights, requireBatchNorm, requireClasses, requireDetector } from '../common/weights'
import { oneProcess, processesFor } from './distributed'
import {
  type Asked,
  type Context,
  type FindReady,
  launchSpec,
  provenanceOf,
  runnerConfig,
} from './launchSpec'

/** Checks the inputs of a new run, then the interpreter, then makes the run's folder. */
export async function prepareNew(asked: Asked, ready: FindReady): Promise<LaunchSpec> {
  const { request, flags, parsed } = asked
  const { detection, stage } = request
  const places = { cwd: request.cwd, root: detection.root }
  const notes = [...parsed.notes]
  const named = (dest: string): string | undefined =>
    flagValue(parsed.script, dest) ?? flagDefault(flags, dest)
  const replaced = new Map<string, readonly string[]>()

  const data = await dataSetFor(named('data') ?? '', request)
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
  // val.py and test.py compute on the first of several GPUs.
  const processes = stage === 'val' ? oneProcess : processesFor(parsed.own, device, batchSize)

  const context: Context = { ...asked, found: await ready() }
  const id = newRunId()
  const [weightsFile] = weights
  const provenance = await provenanceOf(context, { weights: weightsFile, cfg, data: data.file })
  const runDir = await allocateRun({ ...asked, cfg })
  const around = { root: detection.root, project: dirname(runDir), projects: request.projects }
  const parent = weightsFile ? await parentOf(weightsFile, around) : undefined
  const argv = argumentsFor(context, replaced, runDir)
  const manifest: RunManifest = {
    v: 1,
    id,
    stage,
    ...(parent ? { parent: parent.manifest.id } : {}),
    engine: 'pytorch',
    commandLine: request.commandLine ?? [stage, ...request.args],
    cwd: request.cwd,
    checkout: { root: detection.root, release: detection.release },
    ...sparsityFields(context.sparsity),
    createdAt: Date.now(),
    provenance,
  }
  const config = runnerConfig(context, { runDir, argv, cwd: data.cwd, resume: false })
  return launchSpec(context, {
    ...{ runDir, manifest, config, processes, notes },
    device: device ?? '',
  })
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
