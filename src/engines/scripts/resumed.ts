import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { givenFlag, splitFlag } from '../../core/yolov5/flagWords'
import type { ScriptFlag } from '../../core/yolov5/release'
import { isFile } from '../common/inputs'

/** The training that a script's `--resume` goes on with. */
export type ResumedTraining = {
  readonly checkpoint: string
  /** Where the script goes on writing, whatever `--project` and `--name` say. */
  readonly folder: string
  /** Its opt.yaml, which takes the place of every flag; empty if missing. */
  readonly options: string
}

/** Whether `--resume` is among a script's words: its checkpoint where one is named, else true. */
export function resumeAsked(
  flags: readonly ScriptFlag[],
  args: readonly string[],
): string | boolean {
  const at = args.findLastIndex((arg) => givenFlag(arg, flags)?.dest === 'resume')
  if (at < 0) return false
  const flag = givenFlag(args[at] ?? '', flags)
  const [, inline] = splitFlag(args[at] ?? '')
  const next = args[at + 1]
  const named = flag?.arity === 'none' || next?.startsWith('-') ? undefined : next
  return inline ?? named ?? true
}

/**
 * The training that goes on, as YOLOv5's train.py finds it (utils/general.py, `get_latest_run`), though below runs/
 * alone. Undefined where there is none: the script says so itself.
 */
export async function resumedTraining(
  root: string,
  asked: string | true,
): Promise<ResumedTraining | undefined> {
  const checkpoint = asked === true ? await latestCheckpoint(root) : resolve(root, asked)
  if (checkpoint === undefined || !(await isFile(checkpoint))) return undefined
  const folder = dirname(dirname(checkpoint))
  const options = await readFile(join(folder, 'opt.yaml'), 'utf8').catch(() => '')
  return { checkpoint, folder, options }
}

async function latestCheckpoint(root: string): Promise<string | undefined> {
  const runs = join(root, 'runs')
  const names = await readdir(runs, { recursive: true }).catch(() => [])
  const found: { readonly path: string; readonly time: number }[] = []
  for (const name of names.filter((one) => /^last.*\.pt$/.test(basename(one)))) {
    const path = join(runs, name)
    const info = await stat(path).catch(() => undefined)
    if (info) found.push({ path, time: info.ctimeMs })
  }
  return found.sort((a, b) => b.time - a.time)[0]?.path
}
