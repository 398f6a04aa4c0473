import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { AskedStage, Stage } from '../../runs/manifest'
import type { RunSnapshot } from '../../runs/snapshot'
import { isBelow } from '../checkouts/collect'
import { yamlRole } from '../diagnostics/collect'
import type { Choice } from './question'
import type { FormContext } from './stages'

/** Stages whose checkpoints a stage starts from, the most fitting first. */
const sources: Readonly<Record<AskedStage, readonly Stage[]>> = {
  train: [],
  sparse: ['train', 'finetune'],
  prune: ['sparse', 'train', 'finetune'],
  finetune: ['prune'],
  val: ['finetune', 'prune', 'sparse', 'train'],
}

/** What the checkout's files and runs offer to a stage's form. Reads three folders, no file. */
export async function formContext(
  stage: AskedStage,
  root: string,
  runs: readonly RunSnapshot[],
): Promise<FormContext> {
  const lists = await Promise.all(
    ['models', join('models', 'hub'), 'data', 'weights', ''].map((folder) => list(root, folder)),
  )
  const files = lists.flat()
  const choices = (role: 'model' | 'data'): Choice[] =>
    files
      .filter((path) => yamlRole(root, resolve(root, path)) === role)
      .map((path) => ({ value: posix(path) }))
  const outputs = runOutputs(stage, root, runs)
  const newest = sources[stage].length > 0 ? outputs[0]?.value : undefined
  const checkpoints = files.filter((path) => path.endsWith('.pt')).map(posix)
  return {
    models: choices('model'),
    dataSets: choices('data'),
    checkpoints: [...outputs, ...checkpoints.map((value) => ({ value }))],
    ...(newest === undefined ? {} : { newest }),
    exists: (path) => existsSync(resolve(root, path)),
  }
}

/** Checkpoints of runs that a stage can start from: fitting stages first, the newest of each first. */
export function runOutputs(
  stage: AskedStage,
  root: string,
  runs: readonly RunSnapshot[],
): readonly Choice[] {
  const fitting = (run: RunSnapshot) => sources[stage].indexOf(run.manifest.stage)
  return runs
    .filter((run) => fitting(run) >= 0)
    .sort((a, b) => fitting(a) - fitting(b) || b.manifest.createdAt - a.manifest.createdAt)
    .flatMap((run) => {
      const output = outputOf(stage, run)
      return output === undefined
        ? []
        : [{ value: within(root, output), description: `${run.manifest.stage} · ${run.name}` }]
    })
}

function outputOf(
  stage: AskedStage,
  { digest, manifest, summary }: RunSnapshot,
): string | undefined {
  // The best epoch of a sparse training may lie before its gammas had shrunk.
  const lasting = stage === 'prune' && manifest.stage === 'sparse'
  return (lasting ? digest.checkpoints.last?.path : undefined) ?? summary.output
}

/** Relative to the checkout for what lies in it, as people write it. */
export function within(root: string, path: string): string {
  return isBelow(root, path) ? posix(path.slice(root.length + 1)) : path
}

async function list(root: string, folder: string): Promise<readonly string[]> {
  const names = await readdir(join(root, folder)).catch(() => [])
  return names.sort().map((name) => join(folder, name))
}

function posix(path: string): string {
  return path.split(sep).join('/')
}
