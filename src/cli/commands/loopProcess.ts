import { spawn } from 'node:child_process'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { dataHome } from '../../runs/dataHome'
import { exitCodes, print, printAside, printJson } from '../terminal'

/** What the process of a detached loop tells the one that started it. */
type Started = { readonly id: string; readonly runDir: string }

/** Flags that concern who starts the loop, not the loop. */
const outer = ['--detach', '--json']

/**
 * Lets a process of its own go through the stages, which survives this one, the terminal and the editor. Returns once
 * its first run is started or queued. What it says goes to a file; each run has its own log beside.
 *
 * @returns the exit code: that of the process where it ended before there was a run
 */
export async function detachLoop(args: readonly string[], json: boolean): Promise<number> {
  const folder = join(dataHome(), 'yolov5-slim', 'loops')
  await mkdir(folder, { recursive: true })
  const log = join(folder, `${new Date().toISOString().replaceAll(':', '-')}-${process.pid}.log`)
  const output = await open(log, 'a')
  const words = ['loop', ...args.filter((arg) => !outer.includes(arg))]
  const child = spawn(process.execPath, [__filename, ...words], {
    cwd: process.cwd(),
    detached: true,
    stdio: ['ignore', output.fd, output.fd, 'ipc'],
    windowsHide: true,
  })
  const result = await new Promise<Started | number>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Started))
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? exitCodes.failed))
  })
  await output.close()
  if (typeof result === 'number') {
    printAside((await readFile(log, 'utf8')).trimEnd())
    return result
  }
  child.disconnect()
  child.unref()
  if (json) printJson({ ...result, log })
  else print(`${result.id}  ${result.runDir}`)
  printAside(
    l10n.t('it goes on by itself; stopping the run under way ends it. What it says: {0}', log),
  )
  return exitCodes.ok
}

/** Tells whoever started this process, if it waits for that, which run has begun. */
export function tellStarted(run: Started): void {
  process.send?.(run)
}
