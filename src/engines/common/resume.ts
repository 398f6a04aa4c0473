import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import type { Sparsity } from '../../core/slimming/sparsity'
import { stillRunning } from '../../runs/attempt'
import type { StartedEvent } from '../../runs/events'
import type { RunManifest } from '../../runs/manifest'
import { readRun } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { findRun, listRuns, readManifest, runFiles } from '../../runs/store'
import { flagValue, type ParsedFlags } from './flags'
import { isFile } from './inputs'

/** What of `slim/runner.json` a resumed run goes on with; each engine writes more. */
type StartedWith = {
  readonly cwd?: string
  readonly sparsity?: Sparsity | null
  /** Of the built-in engine: its backend and compute threads. */
  readonly device?: string
  readonly threads?: number
}

/** What `--resume` goes on with. */
export type ResumePoint = {
  readonly runDir: string
  /** Absolute path of `weights/last.pt`, or of the checkpoint that was named. */
  readonly checkpoint: string
  /** Undefined for a run that the release's own train.py made. */
  readonly manifest?: RunManifest
  /** How the run was told to train, where we started it. */
  readonly config?: StartedWith
  /** What the penalty was when it was started. */
  readonly chosen?: StartedEvent['sparsity']
  /** `--device` and `--batch-size` as the run was started, from the opt.yaml that the release wrote. */
  readonly device?: string
  readonly batchSize?: string
}

/** Folders that hold runs: those known, and the one that `--project` names. */
export function projectsFor(
  { script }: Pick<ParsedFlags, 'script'>,
  cwd: string,
  known: readonly string[] = [],
): readonly string[] {
  const project = flagValue(script, 'project')
  return project === undefined ? known : [...known, resolve(cwd, project)]
}

/**
 * Resolves `--resume [checkpoint | run folder | run name | run id]`; alone it means the latest run that can go
 * on.
 *
 * @throws SlimError `resume/not-found`, `resume/in-use`, and what `findRun` throws
 */
export async function resumePoint(
  value: string | undefined,
  places: { readonly cwd: string; readonly root: string; readonly projects: readonly string[] },
): Promise<ResumePoint> {
  const point = value === undefined ? await latestRun(places) : await namedPoint(value, places)
  const { manifest, runDir, checkpoint } = point
  const run = manifest && (await readRun(runDir))
  // Looked at again when it is started; here so that nothing is checked in vain.
  if (run && !isEnded(run.state)) throw stillRunning(runDir)
  // The release reads the run's options from there.
  if (!(await isFile(join(runDir, 'opt.yaml')))) {
    throw new SlimError(
      'resume/not-found',
      l10n.t('{0} has no opt.yaml beside its weights folder, so it cannot be resumed.', checkpoint),
      l10n.t('Start a new run with --weights {0}.', checkpoint),
    )
  }
  const chosen = run?.digest.started?.sparsity
  return { ...point, ...(await startedWith(runDir)), ...(chosen ? { chosen } : {}) }
}

async function startedWith(runDir: string): Promise<Pick<ResumePoint, 'device' | 'batchSize'>> {
  const text = await readFile(join(runDir, 'opt.yaml'), 'utf8')
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:[ \\t]*['"]?([^'"\\r\\n]*?)['"]?[ \\t]*$`, 'm').exec(text)?.[1]
  const device = field('device')
  // Up to v5.0 `batch_size` is what one process takes.
  const batchSize = field('total_batch_size') ?? field('batch_size')
  return {
    ...(device ? { device } : {}),
    ...(batchSize ? { batchSize } : {}),
  }
}

async function latestRun(places: {
  readonly root: string
  readonly projects: readonly string[]
}): Promise<ResumePoint> {
  const { runs } = await listRuns(places.root, { projects: places.projects })
  for (const { runDir, manifest } of runs) {
    const checkpoint = lastOf(runDir)
    if (['val', 'prune', 'detect'].includes(manifest.stage)) continue
    if (!(await isFile(checkpoint)) || (await readRun(runDir)).state === 'finished') continue
    return { ...(await withConfig(runDir)), checkpoint, manifest }
  }
  throw new SlimError(
    'resume/not-found',
    l10n.t('There is no run under {0} that could go on.', places.root),
    l10n.t('Name its checkpoint: --resume runs/train/exp/weights/last.pt.'),
  )
}

async function namedPoint(
  value: string,
  places: { readonly cwd: string; readonly root: string; readonly projects: readonly string[] },
): Promise<ResumePoint> {
  for (const path of [resolve(places.cwd, value), resolve(places.root, value)]) {
    const info = await stat(path).catch(() => undefined)
    if (info?.isFile()) return pointIn(dirname(dirname(path)), path)
    if (info?.isDirectory()) return pointIn(path, lastOf(path))
  }
  const { runDir } = await findRun(places.root, value, { projects: places.projects })
  return pointIn(runDir, lastOf(runDir))
}

async function pointIn(runDir: string, checkpoint: string): Promise<ResumePoint> {
  if (!(await isFile(checkpoint))) {
    throw new SlimError(
      'resume/not-found',
      l10n.t('There is no checkpoint {0} to go on from.', checkpoint),
      l10n.t('Name another with --resume, or start a new run.'),
    )
  }
  const manifest = await readManifest(runDir).catch((error: unknown) => {
    if (error instanceof SlimError && error.code === 'runs/no-manifest') return undefined
    throw error
  })
  return { ...(await withConfig(runDir)), checkpoint, ...(manifest ? { manifest } : {}) }
}

async function withConfig(
  runDir: string,
): Promise<{ readonly runDir: string; readonly config?: StartedWith }> {
  try {
    const text = await readFile(runFiles(runDir).runnerConfig, 'utf8')
    return { runDir, config: JSON.parse(text) as StartedWith }
  } catch {
    return { runDir }
  }
}

function lastOf(runDir: string): string {
  return join(runDir, 'weights', 'last.pt')
}
