import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { EventAppender, type NewEvent } from '../../runs/eventLog'
import { lastLines, silentEnd } from '../../runs/postMortem'
import { passGate } from '../../runs/startGate'
import { runFiles } from '../../runs/store'
import { SummaryWriter } from '../../runs/summaries'
import type { RunExit } from '../../runs/supervisor'
import type { ScriptConfig } from './contract'
import { ScriptOutputs } from './outputs'
import type { ResultRow } from './results'

const lookMs = 1000
/** A script says nothing between epochs, and a run on another machine that is silent for long is taken for gone. */
const silentMs = 60_000
const stoppedStatus = 130

/**
 * The process of a run of the workspace's own script: starts the script, and writes our events from what it leaves on
 * disk. Leads the run's process group, so that who stops the run stops both.
 *
 * @param file `slim/runner.json` of the run
 * @returns exit status: the script's own, 130 when it was stopped
 */
export async function followScript(file: string): Promise<number> {
  await passGate()
  const config = JSON.parse(await readFile(file, 'utf8')) as ScriptConfig
  const { events, slimDir, output } = runFiles(config.runDir)
  const log = new EventAppender(events)
  const summaries = new SummaryWriter(slimDir)
  let written = Date.now()
  const write = async (event: NewEvent): Promise<void> => {
    written = Date.now()
    await summaries.write(await log.append(event)).catch(() => undefined)
  }
  const began = Date.now()
  await write(startOf(config))
  const outputs = new ScriptOutputs(config, began)
  await outputs.skipEarlier()
  const child = spawn(config.command, [...config.args], {
    cwd: config.cwd,
    env: { ...process.env, PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8' },
    stdio: ['ignore', 'inherit', 'inherit'],
    windowsHide: true,
  })
  let stopped = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopped = true
      // SIGINT comes to the whole group; a second one would break off the script's own end.
      if (signal !== 'SIGINT') child.kill(signal)
    })
  }
  const exit = new Promise<ScriptExit>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }))
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  let ended = false
  exit.then(() => {
    ended = true
  })
  while (!ended) {
    await Promise.race([exit, new Promise((resolve) => setTimeout(resolve, lookMs))])
    for (const event of await outputs.read()) await write(event)
    if (!ended && Date.now() - written >= silentMs) await write(signOfLife(outputs.last))
  }
  const end = await exit
  for (const event of await outputs.read(true)) await write(event)
  const seconds = (Date.now() - began) / 1000
  if (stopped) {
    await write({ type: 'stopped', seconds })
    return stoppedStatus
  }
  if (end.code === 0) {
    const { mAP50 = null, mAP50_95 = null } = outputs.last ?? {}
    await write({ type: 'finished', summary: { mAP50, mAP50_95, seconds } })
    return 0
  }
  await write(await failureOf(config, end, output))
  return end.code ?? 1
}

type ScriptExit = RunExit & { readonly error?: Error }

function startOf(config: ScriptConfig): NewEvent {
  const { epochs, batchSize, imageSize, sr, python } = config
  return {
    type: 'started',
    engine: 'scripts',
    devices: [],
    versions: { python },
    ...{ epochs, batchSize, imageSize },
    layers: [],
    ...(sr > 0 ? { sparsity: { reg: 'l1', sr, schedule: 'constant' } } : {}),
  }
}

/** Progress of no batches: such a script does not tell them. */
function signOfLife(last: ResultRow | undefined): NewEvent {
  const epoch = last ? last.epoch + 1 : 0
  return { type: 'progress', epoch, ...{ batch: 0, batches: 0, losses: {}, lr: 0, memory: 0 } }
}

async function failureOf(
  { args }: ScriptConfig,
  end: ScriptExit,
  output: string,
): Promise<NewEvent> {
  const stderr = await lastLines(output)
  const { code, signal, error } = end
  if (signal) return silentEnd(end, stderr)
  const why = error?.message ?? stderr.split('\n').at(-1) ?? ''
  return {
    type: 'failed',
    code: 'scripts/failed',
    text: l10n.t('{0} ended with code {1}: {2}', args[0] ?? '', code ?? '?', why),
    remedy: l10n.t(
      'The script is the workspace’s own: read what it said in slim/output.log, or run the stage with YOLOv5 Slim itself.',
    ),
    ...(stderr === '' ? {} : { stderr }),
  }
}
