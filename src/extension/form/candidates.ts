import { existsSync } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { isBelow } from '../../core/disk/isBelow'
import { stageName } from '../../runs/format/names'
import type { AskedStage, Stage } from '../../runs/manifest'
import type { RunSnapshot } from '../../runs/snapshot'
import type { Choice } from './field'
import { type FormStage, firstStage } from './stage'
import type { FormContext } from './stageFields'

/** Stages whose checkpoints a stage starts from, the most fitting first. */
const sources: Readonly<Record<AskedStage, readonly Stage[]>> = {
  train: [],
  sparse: ['train', 'finetune'],
  prune: ['sparse', 'train', 'finetune'],
  finetune: ['prune'],
  val: ['finetune', 'prune', 'sparse', 'train'],
}

export type Candidates = Pick<
  FormContext,
  'models' | 'dataSets' | 'hyps' | 'checkpoints' | 'newest' | 'exists'
>

/** Where files are looked for; a checkout has them all, a folder of someone's own some. */
const folders = [
  ...['data', join('data', 'hyps'), 'models', join('models', 'hub'), 'weights', 'cfg', ''],
]
const mostYamls = 300

/** What the files of a folder and its runs offer to a stage's form; reads the heads of small yamls there. */
export async function formCandidates(
  stage: FormStage,
  root: string,
  runs: readonly RunSnapshot[],
): Promise<Candidates> {
  const files = (await Promise.all(folders.map((folder) => list(root, folder)))).flat()
  const yamls = files.filter((path) => /\.ya?ml$/i.test(path)).slice(0, mostYamls)
  const roles = await Promise.all(yamls.map((path) => roleOf(join(root, path))))
  const choices = (role: YamlRole): Choice[] =>
    yamls.filter((_, i) => roles[i] === role).map((path) => ({ value: posix(path) }))
  const outputs = runOutputs(firstStage(stage), root, runs)
  const newest = outputs[0]?.value
  const checkpoints = files.filter((path) => path.endsWith('.pt')).map(posix)
  return {
    models: choices('model'),
    dataSets: choices('data'),
    hyps: choices('hyp'),
    checkpoints: [...outputs, ...checkpoints.map((value) => ({ value }))],
    ...(newest === undefined ? {} : { newest }),
    exists: (path) => existsSync(resolve(root, path)),
  }
}

/** Checkpoints of runs that a stage can start from: fitting stages first, the newest of each first. */
export function runOutputs(
  target: AskedStage,
  root: string,
  runs: readonly RunSnapshot[],
): readonly Choice[] {
  const fitting = (run: RunSnapshot) => sources[target].indexOf(run.manifest.stage)
  return runs
    .filter((run) => fitting(run) >= 0)
    .sort((a, b) => fitting(a) - fitting(b) || b.manifest.createdAt - a.manifest.createdAt)
    .flatMap(({ name, manifest: { stage }, summary: { output } }) =>
      output === undefined
        ? []
        : [{ value: within(root, output), description: `${stageName(stage)} · ${name}`, stage }],
    )
}

/** Relative to the folder for what lies in it, as people write it. */
export function within(root: string, path: string): string {
  return isBelow(root, path) ? posix(path.slice(root.length + 1)) : path
}

type YamlRole = 'model' | 'data' | 'hyp'

/** What a yaml is for, by the keys at the beginning of its lines. */
export function yamlRole(text: string): YamlRole | undefined {
  const has = (...keys: string[]) => keys.every((key) => new RegExp(`^${key}\\s*:`, 'm').test(text))
  if (has('backbone') && has('head')) return 'model'
  if (has('lr0')) return 'hyp'
  return has('train') || has('val') ? 'data' : undefined
}

/** Data sets may have a thousand names; what tells comes before or is far below this. */
const headBytes = 32 << 10

async function roleOf(path: string): Promise<YamlRole | undefined> {
  try {
    const file = await open(path)
    try {
      const buffer = Buffer.alloc(headBytes)
      const { bytesRead } = await file.read(buffer, 0, headBytes, 0)
      return yamlRole(buffer.toString('utf8', 0, bytesRead))
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}

async function list(root: string, folder: string): Promise<readonly string[]> {
  const names = await readdir(join(root, folder)).catch(() => [])
  return names.sort().map((name) => join(folder, name))
}

function posix(path: string): string {
  return path.split(sep).join('/')
}
