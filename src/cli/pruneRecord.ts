import { basename, extname, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { asSlimError } from '../core/errors'
import type { PruneReport, PruneRequest } from '../core/slimming/pruneCheckpoint'
import type { Detection } from '../core/yolov5/release'
import { appendEvent, EventAppender } from '../runs/eventLog'
import type { RunManifest } from '../runs/manifest'
import { parentAmong } from '../runs/parent'
import { collectProvenance } from '../runs/provenance'
import { type RunSnapshot, readRuns } from '../runs/snapshot'
import { createRunFolder, newRunId, runFiles, runOfFile, writeManifest } from '../runs/store'
import { warningLines } from './errors'
import { printAside } from './terminal'
import { slimVersion } from './version'

export type PruneRecordRequest = {
  readonly options: {
    readonly name?: string
    readonly project?: string
    readonly percent?: number | 'zero'
  }
  readonly request: PruneRequest
  /** None: the run lies where `options.project` says, else in `runs/prune` of `cwd`. */
  readonly checkout?: Detection | undefined
  readonly inputs: Readonly<Partial<Record<'data' | 'cfg', string>>>
  readonly typed: readonly string[]
  readonly cwd: string
}

export type PruneRecord = {
  /** data.yaml of the run that the checkpoint comes from. */
  readonly parentData: string | undefined
  /**
   * Writes the run; a disk that refuses is a warning, since the prune itself is done. `kept`: where what lay at
   * the output is now, which the run that made it is told, so that lineage still finds it.
   */
  readonly write: (report: PruneReport, kept: string | undefined) => Promise<void>
}

/**
 * Gathers what a prune's record needs while the checkpoint is still as it was: it may be the very file that gets
 * replaced.
 */
export async function preparePruneRecord(wanted: PruneRecordRequest): Promise<PruneRecord> {
  const { request, checkout, inputs, cwd } = wanted
  const runs = await readRuns(checkout?.root ?? cwd, { projects: [projectOf(wanted)] })
  const replaced = runs.find(({ digest }) => digest.checkpoints.pruned?.path === request.output)
  const [parent, provenance] = await Promise.all([
    parentAmong(request.weights, runs),
    collectProvenance({
      slimVersion,
      ...(checkout ? { checkout: checkout.root } : {}),
      inputs: { ...inputs, weights: request.weights },
    }),
  ])
  return {
    parentData: parent?.manifest.provenance.sha256.data?.path,
    write: async (report, kept) => {
      try {
        if (replaced && kept !== undefined) await tellMoved(replaced, kept)
        await writeRecord(wanted, parent?.manifest.id, provenance, report)
      } catch (error) {
        const { code, message, remedy } = asSlimError(error)
        const text = l10n.t('The prune is done, but not recorded as a run: {0}', message)
        printAside(...warningLines({ code, text, remedy }))
      }
    },
  }
}

async function tellMoved({ runDir, digest }: RunSnapshot, path: string): Promise<void> {
  const bytes = digest.checkpoints.pruned?.bytes ?? 0
  await appendEvent(runFiles(runDir).events, { type: 'checkpoint', path, kind: 'pruned', bytes })
}

function projectOf({ options, checkout, cwd }: PruneRecordRequest): string {
  const home = !checkout || checkout.capabilities.layout === 'packaged' ? cwd : checkout.root
  return options.project ? resolve(cwd, options.project) : resolve(home, 'runs', 'prune')
}

async function writeRecord(
  wanted: PruneRecordRequest,
  parent: string | undefined,
  provenance: RunManifest['provenance'],
  report: PruneReport,
): Promise<void> {
  const { options, request, checkout, typed, cwd } = wanted
  const runDir = await createRunFolder(
    projectOf(wanted),
    options.name ?? (await defaultName(request.weights)),
  )
  await writeManifest(runDir, {
    v: 1,
    id: newRunId(),
    stage: 'prune',
    ...(parent === undefined ? {} : { parent }),
    engine: 'slim',
    commandLine: typed,
    cwd,
    ...(checkout ? { checkout: { root: checkout.root, release: checkout.release } } : {}),
    ...(typeof options.percent === 'number' ? { percent: options.percent } : {}),
    createdAt: Date.now(),
    provenance,
  })
  const { output, threshold, percentAsked, percentReached, layers } = report
  const { parameters, gflops, bytes, warnings, seconds } = report
  const log = new EventAppender(runFiles(runDir).events)
  for (const { code, text } of warnings) await log.append({ type: 'warning', code, text })
  await log.append({
    type: 'pruned',
    output,
    // JSON has no infinity, which stands for "nothing was spared".
    threshold: Math.min(threshold, Number.MAX_VALUE),
    percentAsked,
    percentReached,
    layers,
    parameters,
    gflops,
    bytes,
  })
  await log.append({ type: 'checkpoint', path: output, kind: 'pruned', bytes: bytes.after })
  await log.append({ type: 'finished', summary: { seconds } })
}

/** The name of the run that the checkpoint comes from, else of the file, so that both are found together. */
async function defaultName(weights: string): Promise<string> {
  const run = await runOfFile(weights).catch(() => undefined)
  const from = run ? basename(run.runDir) : basename(weights, extname(weights))
  return `${from}-pruned`
}
