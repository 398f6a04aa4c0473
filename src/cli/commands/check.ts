import { stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { checkFolder, type FileReport } from '../../core/check/checkFolder'
import { checkpointFacts } from '../../core/check/checkpointFacts'
import { diskFiles } from '../../core/check/files'
import { type Pairing, pairingOf } from '../../core/check/project'
import { isBelow } from '../../core/disk/isBelow'
import { SlimError } from '../../core/errors'
import { findCheckouts, notFoundError } from '../../core/yolov5/detect'
import type { Detection } from '../../core/yolov5/release'
import { listRuns } from '../../runs/store'
import { usageError } from '../errors'
import { checkLines, checkSummary, countFindings } from '../format/checkReport'
import { exitCodes, print, printAside, printJson } from '../terminal'

export type CheckOptions = {
  readonly json?: true
  readonly checkout?: string
  readonly torch?: string
}

type Target = { readonly folder: string; readonly detection: Detection }

/** `yolov5-slim check [paths]`: what does not fit the detected release; exit code 1 where there are errors. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const targets = await targetsOf(paths, options.checkout)
  const reports: FileReport[] = []
  // A file may lie in a folder that is named too.
  const seen = new Set<string>()
  for (const { folder, detection } of targets) {
    const torch = options.torch === undefined ? {} : { torch: { version: options.torch } }
    const found = checkFolder(detection, folder, {
      places: { files: diskFiles, inspect: async (path) => checkpointFacts(path) },
      pairings: await pairingsOf(detection.root),
      others: targets.map((other) => other.detection.root),
      ...torch,
    })
    for await (const report of found) {
      const key = `${detection.root}\n${report.path}`
      if (seen.has(key)) continue
      seen.add(key)
      reports.push(report)
      if (!options.json) print(...checkLines(report, shownPath(report.path)))
    }
  }
  const counts = countFindings(reports)
  if (options.json) {
    printJson({
      checkouts: [
        ...new Map(targets.map(({ detection }) => [detection.root, detection])).values(),
      ].map(({ root, release }) => ({ root, release })),
      counts,
      files: reports,
    })
  } else {
    const releases = new Set(targets.map(({ detection }) => detection.release))
    printAside(checkSummary(counts, [...releases].join(', ')))
  }
  return counts.error > 0 ? exitCodes.failed : exitCodes.ok
}

function shownPath(path: string): string {
  const below = relative(process.cwd(), path)
  return below.startsWith('..') ? path : below
}

/** What to check, and the clone that each path belongs to. */
async function targetsOf(
  paths: readonly string[],
  named: string | undefined,
): Promise<readonly Target[]> {
  const fixed = named === undefined ? undefined : await checkoutAt(named)
  const targets: Target[] = []
  for (const path of paths.length === 0 ? [fixed?.root ?? '.'] : paths) {
    const folder = resolve(path)
    const found = await stat(folder).catch(() => undefined)
    if (found === undefined) {
      throw usageError(
        'no-such-file',
        l10n.t('There is no file or folder {0}.', folder),
        l10n.t('Correct the path.'),
      )
    }
    const start = found.isDirectory() ? folder : resolve(folder, '..')
    const detections = fixed === undefined ? await findCheckouts(start) : [fixed]
    if (detections.length === 0) throw await noCheckoutError(start)
    for (const detection of detections) {
      // A folder that holds the clone stands for it, everything else for itself.
      const above = found.isDirectory() && isBelow(folder, detection.root)
      targets.push({ folder: above ? detection.root : folder, detection })
    }
  }
  return targets
}

/** The error for a path that belongs to no clone; those that lie here are one `--checkout` away. */
async function noCheckoutError(start: string): Promise<SlimError> {
  const error = notFoundError(start)
  const here = await findCheckouts(process.cwd())
  if (here.length === 0) return error
  const names = here.map(({ root }) => shownPath(root) || '.').join(', ')
  return new SlimError(
    error.code,
    error.message,
    l10n.t('Say with --checkout which one it is for: {0}.', names),
  )
}

async function checkoutAt(named: string): Promise<Detection> {
  const [detection] = await findCheckouts(resolve(named))
  if (detection === undefined) throw notFoundError(resolve(named))
  return detection
}

async function pairingsOf(root: string): Promise<readonly Pairing[]> {
  const { runs } = await listRuns(root)
  return runs.flatMap(({ manifest }) => pairingOf(manifest.commandLine) ?? [])
}
