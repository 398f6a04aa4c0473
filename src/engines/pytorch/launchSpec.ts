import type { ScriptFlag } from '../../core/yolov5/release'
import type { RunManifest } from '../../runs/manifest'
import { collectProvenance } from '../../runs/provenance'
import { runFiles } from '../../runs/store'
import type { LaunchSpec } from '../../runs/supervisor'
import { flagValue, type ParsedFlags } from '../common/flags'
import { writeRun } from '../common/runnerConfig'
import type { RunnerConfig, RunnerSparsity } from './contract'
import { launchCommand, type Processes } from './distributed'
import type { Preflight } from './python'
import type { StageRequest } from './request'

/** What is known of a stage once its flags are checked. */
export type Asked = {
  readonly request: StageRequest
  readonly flags: readonly ScriptFlag[]
  readonly script: string
  readonly parsed: ParsedFlags
  readonly sparsity: RunnerSparsity | null
}

/** What is known of a stage once its inputs and its interpreter are checked too. */
export type Context = Asked & { readonly found: Preflight }

/** Looks at the interpreter; called last, since it takes longest and a wrong path is the likelier mistake. */
export type FindReady = () => Promise<Preflight>

/** What a run can be traced back by. */
export async function provenanceOf(
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

/** What the runner is told. */
export function runnerConfig(
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

/** Writes what the runner is told, and says how to start it. */
export async function launchSpec(
  { request, found, parsed }: Context,
  run: {
    readonly runDir: string
    readonly manifest: RunManifest
    readonly config: RunnerConfig
    readonly processes: Processes
    readonly device: string
    readonly notes: readonly string[]
  },
): Promise<LaunchSpec> {
  const { runDir, manifest, config, processes, device, notes } = run
  const file = await writeRun(runDir, config, manifest)
  const runnerArgs = [request.runner, file]
  const launch = await launchCommand(found, runnerArgs, processes, parsed.own)
  return {
    runDir,
    manifest,
    ...launch,
    cwd: config.cwd,
    env: { ELECTRON_RUN_AS_NODE: '1', PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8' },
    device,
    notes,
  }
}
