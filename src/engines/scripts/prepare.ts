import { basename, dirname, join, resolve, sep } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import { scanFlags } from '../../core/yolov5/argparse'
import { givenFlag, splitFlag } from '../../core/yolov5/flagWords'
import type { Detection, ScriptFlag } from '../../core/yolov5/release'
import { readSource } from '../../core/yolov5/sources'
import type { RunManifest } from '../../runs/manifest'
import { parentOf } from '../../runs/parent'
import { collectProvenance } from '../../runs/provenance'
import { createRunFolder, newRunId, scriptProject, writeManifest } from '../../runs/store'
import type { LaunchSpec } from '../../runs/supervisor'
import { isFile } from '../common/inputs'
import { writeRunnerConfig } from '../common/runnerConfig'
import { requireSafe } from '../common/weights'
import { findPython, type PythonCandidates, preflight } from '../pytorch/python'
import type { ScriptConfig } from './contract'
import { isOn, scriptOptions } from './options'
import { resumeAsked, resumedTraining } from './resumed'

export type ScriptRequest = {
  readonly detection: Detection
  /** File name of a script in the checkout's root. */
  readonly script: string
  /** What the person typed behind it; handed over as it is. */
  readonly args: readonly string[]
  readonly commandLine: readonly string[]
  readonly python: PythonCandidates
  /** argv of what follows the script: `[process.execPath, <dist/cli.cjs>, 'internal-script']`. */
  readonly follower: readonly string[]
  readonly slimVersion: string
  /** `--trust-weights`: what the script loads may run whatever it says. */
  readonly trusted: boolean
}

/**
 * Makes a run of the workspace's own slimming script ready: the script is started as it is, with the words that the
 * person typed. Only its run folder is chosen for it, where it takes the flags for that and goes on with none.
 *
 * @throws SlimError `scripts/missing`, `checkpoint/…`, `python/…`, `runs/…`
 */
export async function prepareScript(request: ScriptRequest): Promise<LaunchSpec> {
  const { detection, script, args } = request
  const { root, capabilities, release } = detection
  if (!capabilities.slimmingScripts.includes(script)) throw missing(script, detection)
  const stage = stageOfScript(script)
  const flags = scanFlags(readSource(join(root, script)) ?? '')
  const asked = resumeAsked(flags, args)
  const training = asked ? await resumedTraining(root, asked) : undefined
  const named = await checkpointsNamed(root, args, flags)
  const loaded = training ? [...named, training.checkpoint] : named
  for (const path of new Set(loaded)) requireSafe(path, request)
  const found = await preflight(await findPython(request.python), { checkout: root })
  const options = scriptOptions(flags, args, training?.options)
  const knows = (dest: string) => flags.some((flag) => flag.dest === dest)
  const writesThere = !asked && ['project', 'name', 'exist_ok'].every(knows)
  const name = training?.folder ?? options.text('name') ?? script.replace(/\.py$/, '')
  const runDir = await createRunFolder(join(root, ...scriptProject), basename(name))
  const parts = runDir.split(sep)
  const place = writesThere
    ? ['--project', parts.slice(0, -1).join(sep), '--name', parts.at(-1) ?? '', '--exist-ok']
    : []
  const isSparse = training
    ? options.text('st') !== 'false'
    : isOn(flags, args, 'st') || !knows('st')
  const config: ScriptConfig = {
    v: 1,
    stage,
    command: found.python.command,
    // argparse takes the last of a flag that is given twice.
    args: [...found.python.args, script, ...args, ...place],
    cwd: root,
    runDir,
    writesThere,
    ...(training ? { resumes: training.folder } : {}),
    gammaRate: ['v6.2', 'v7.0', 'master'].includes(release) ? 'x/lr1' : 'x/lr0',
    epochs: options.number('epochs'),
    batchSize: options.number('batch_size'),
    imageSize: options.number('imgsz') || options.number('img_size'),
    sr: stage === 'sparse' && isSparse ? options.number('sr') : 0,
    python: found.python.version,
  }
  const weights = training?.checkpoint ?? options.text('weights')
  // The run lies in runs/train, but earlier ones may lie where the person keeps the script's own output.
  const project = resolve(root, options.text('project') ?? dirname(runDir))
  const parent = weights ? await parentOf(resolve(root, weights), { root, project }) : undefined
  const manifest = await manifestOf(request, config, {
    torch: found.torch?.version,
    parent: parent?.manifest.id,
  })
  const file = await writeRunnerConfig(runDir, config)
  await writeManifest(runDir, manifest)
  const [command = process.execPath, ...follower] = request.follower
  return {
    runDir,
    manifest,
    command,
    args: [...follower, file],
    cwd: root,
    env: { ELECTRON_RUN_AS_NODE: '1' },
    device: options.text('device') ?? '',
  }
}

async function manifestOf(
  request: ScriptRequest,
  { stage, sr, python }: ScriptConfig,
  { torch, parent }: { readonly torch: string | undefined; readonly parent: string | undefined },
): Promise<RunManifest> {
  const { root, release } = request.detection
  const provenance = await collectProvenance({
    slimVersion: request.slimVersion,
    checkout: root,
    inputs: {},
    python,
    ...(torch === undefined ? {} : { torch }),
  })
  return {
    ...{ v: 1, id: newRunId(), stage, engine: 'scripts' },
    ...(parent === undefined ? {} : { parent }),
    commandLine: request.commandLine,
    cwd: root,
    checkout: { root, release },
    ...(sr > 0 ? { sparsity: { reg: 'l1', sr, schedule: 'constant' } } : {}),
    createdAt: Date.now(),
    provenance,
  }
}

/** Checkpoints that the script's words, or the defaults of its flags, name: it may unpickle each of them. */
async function checkpointsNamed(
  root: string,
  args: readonly string[],
  flags: readonly ScriptFlag[],
): Promise<string[]> {
  const given = args.map((arg) => splitFlag(arg)[1] ?? arg)
  const taken = args.map((arg) => givenFlag(arg, flags))
  const defaults = flags
    .filter((flag) => !taken.includes(flag))
    .map((flag) => /(['"])(.*)\1$/.exec(flag.default ?? '')?.[2] ?? '')
  const names = [...given, ...defaults].filter((name) => /\.pth?$/i.test(name))
  const paths = [...new Set(names.map((name) => resolve(root, name)))]
  const found = await Promise.all(paths.map(async (path) => ((await isFile(path)) ? [path] : [])))
  return found.flat()
}

/** What a script does, by its name; `sparity` is a spelling found in the wild. */
export function stageOfScript(script: string): ScriptConfig['stage'] {
  if (/spars|sparity/i.test(script)) return 'sparse'
  if (/finetun|fine_tun/i.test(script)) return 'finetune'
  if (/(?:val|test|eval)/i.test(script)) return 'val'
  return /prun/i.test(script) && !/train/i.test(script) ? 'prune' : 'train'
}

function missing(script: string, { root, capabilities }: Detection): SlimError {
  const { slimmingScripts } = capabilities
  return new SlimError(
    'scripts/missing',
    l10n.t('There is no slimming script {0} in {1}.', script, root),
    slimmingScripts.length > 0
      ? l10n.t('Name one of these: {0}', slimmingScripts.join(', '))
      : l10n.t('Use the stages of YOLOv5 Slim itself: sparse, prune, finetune.'),
  )
}
