import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { keepExisting } from '../../../src/cli/files'
import type { RunContext } from '../../../src/engines/builtin/run/context'
import { writeOptions } from '../../../src/engines/builtin/run/savedOptions'
import { DetectionSaver } from '../../../src/engines/builtin/run/validate'
import { appendEvent } from '../../../src/runs/eventLog'
import { writeTicket } from '../../../src/runs/queue/tickets'
import { renameRun } from '../../../src/runs/rename'
import { createRunFolder, runFiles, writeManifest } from '../../../src/runs/store'
import { baseline } from './program'
import { manifestIn, startedEvent } from './runs'

export type Write = () => unknown

/** Some pages of text, to each of which a full disk has something to refuse. */
const long = 'x'.repeat(100_000)

/** The old output keeps its content under another name, where the disk has no hard links. */
export function keepingOutput(path: string): Write {
  copyFileSync(baseline, join(path, 'kept.pt'))
  return () => keepExisting(join(path, 'kept.pt'))
}

export function ticket(path: string): Write {
  const folder = join(path, 'queue')
  mkdirSync(folder)
  process.env.YOLOV5_SLIM_QUEUE = folder
  const launch = { command: 'true', args: [long], cwd: path, manifest: manifestIn(path) }
  const claim = { v: 1 as const, id: 'a', runDir: path, devices: [], host: hostname(), since: 1 }
  return () => writeTicket({ ...claim, launch })
}

/** hyp.yaml and opt.yaml, of which `long` names the one that does not fit. */
export function options(path: string, which: 'hyp' | 'opt'): Write {
  const folder = join(path, `options-${which}`)
  mkdirSync(folder)
  const texts = { hyp: { lr0: 0.01 }, opt: { name: 'exp' }, [which]: { notes: long } }
  return () => writeOptions({ path: (...parts) => join(folder, ...parts) }, texts)
}

/** What `val` finds in one image, as `--save-txt` or `--save-json` has it. */
export function saved(path: string, as: 'saveText' | 'saveJson'): Write {
  const folder = join(path, as)
  mkdirSync(folder)
  const context: Pick<RunContext, 'path' | 'say'> = {
    path: (...parts) => join(folder, ...parts),
    say: () => undefined,
  }
  const source = { path: '0.png', original: [32, 32] }
  const boxes = Array.from({ length: 400 }, () => [4, 4, 20, 20, 0.9, 0]).flat()
  return async () => {
    const flags = { saveText: false, saveJson: false, saveConfidence: true, [as]: true }
    const saver = new DetectionSaver(context, flags)
    saver.add(source as never, Float32Array.from(boxes))
    // More images follow, for longer than a write takes to fail.
    await sleep(20)
    await saver.finish('best')
  }
}

/**
 * Renames a run, again and again, of whose `opt.yaml` and `runner.json` one is long. It lies where the index does not
 * look.
 */
export async function renaming(path: string, which: 'yaml' | 'json'): Promise<Write> {
  let runDir = await createRunFolder(join(path, 'archive'), `renamed-${which}`)
  await writeManifest(runDir, manifestIn(path))
  await appendEvent(runFiles(runDir).events, startedEvent)
  await appendEvent(runFiles(runDir).events, { type: 'finished', summary: { seconds: 1 } })
  const note = (one: string): string => (one === which ? long : '')
  writeFileSync(join(runDir, 'opt.yaml'), `save_dir: ${runDir}\nnote: ${note('yaml')}\n`)
  writeFileSync(runFiles(runDir).runnerConfig, JSON.stringify({ runDir, note: note('json') }))
  let count = 0
  return async () => {
    runDir = await renameRun(runDir, `renamed-${which}${++count}`, [])
  }
}
