import { dirname, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import type { Sparsity } from '../../../core/slimming/sparsity'
import type { Detection, ScriptFlag } from '../../../core/yolov5/release'
import type { RunManifest } from '../../../runs/manifest'
import { collectProvenance } from '../../../runs/provenance'
import type { LaunchSpec } from '../../../runs/supervisor'
import { dataSetFor } from '../../common/dataSetFor'
import { flagDefault, flagValue, type ParsedFlags } from '../../common/flags'
import { inputFile } from '../../common/inputs'
import { writeRun } from '../../common/runnerConfig'
import type { BuiltinConfig, BuiltinData } from './contract'
import type { OptValues } from './options'

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
export type Asked = {
  readonly request: BuiltinStageRequest & { readonly detection: Detection }
  readonly hasCheckout: boolean
  readonly flags: readonly ScriptFlag[]
  readonly parsed: ParsedFlags
  readonly sparsity: Sparsity | null
}

/** The data set; without a checkout its paths are relative to its own folder where they say no other. */
export async function dataFor({ request, hasCheckout }: Asked, name: string): Promise<BuiltinData> {
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
  const elsewhere = resolve(set.cwd) !== resolve(cwd)
  return { file, nc, names, train, val, test, ...(elsewhere ? { cwd: set.cwd } : {}) }
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

export function checkoutField({ request, hasCheckout }: Asked): Pick<RunManifest, 'checkout'> {
  const { root, release } = request.detection
  return hasCheckout ? { checkout: { root, release } } : {}
}

export function provenanceOf(
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
  const file = await writeRun(runDir, config, manifest)
  return {
    ...{ runDir, manifest, notes, device: config.device },
    command: process.execPath,
    args: [request.engine, file],
    cwd: request.cwd,
    // An Electron that is told so is a Node; plain Node ignores it.
    env: { ELECTRON_RUN_AS_NODE: '1' },
  }
}
