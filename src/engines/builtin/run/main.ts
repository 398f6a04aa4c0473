import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SlimError } from '../../../core/errors'
import { speak } from '../../../runs/language'
import { passGate } from '../../../runs/startGate'
import type { BuiltinConfig } from '../stage/contract'
import { RunContext, Stopped } from './context'
import { detectStage } from './detect'
import { classify } from './failures'
import { engineFiles } from './files'
import { trainStage } from './train'
import { valStage } from './validate'

const stoppedStatus = 130
const stackLines = 20

/** Runs what `slim/runner.json` says; exit status 0 finished, 130 stopped, 1 failed, 2 nothing to run. */
async function main(): Promise<number> {
  speak(join(dirname(__filename), '..', '..'))
  const [file] = process.argv.slice(2)
  if (file === undefined) {
    process.stderr.write('usage: main.cjs <run>/slim/runner.json\n')
    return 2
  }
  await passGate()
  const config = JSON.parse(readFileSync(file, 'utf8')) as BuiltinConfig
  const stop = new AbortController()
  const context = new RunContext(config, stop.signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort(new Stopped(signal)))
  }
  try {
    return await runToEnd(context)
  } finally {
    await context.close()
  }
}

/** The run's end is on record when this is done. */
async function runToEnd(context: RunContext): Promise<number> {
  const { config, stop } = context
  const began = performance.now()
  try {
    const files = engineFiles(dirname(process.argv[1] ?? ''))
    const summary = await stageOf(config)(context, files)
    await context.emitted({ type: 'finished', summary })
    return 0
  } catch (error) {
    const seconds = (performance.now() - began) / 1000
    if (stop.aborted) {
      context.say('slim: stopped')
      const { epoch } = context
      await context.emitted({ type: 'stopped', seconds, ...(epoch === undefined ? {} : { epoch }) })
      return stoppedStatus
    }
    const { code, message, remedy } = classify(error, config.runDir)
    // Where we know what is wrong, the place in our code tells nobody anything.
    const detail = error instanceof Error && !(error instanceof SlimError) ? error.stack : undefined
    const output = detail ?? `error[${code}]: ${message}`
    process.stderr.write(`${output}\n`)
    const stderr = detail?.split('\n').slice(0, stackLines).join('\n')
    const end = { type: 'failed', code, text: message, remedy } as const
    // Where the log is what can not be written, whoever started the run says how it ended.
    await context.emitted(stderr === undefined ? end : { ...end, stderr }).catch(() => undefined)
    return 1
  }
}

function stageOf({ stage }: BuiltinConfig): typeof trainStage {
  if (stage === 'val') return valStage
  return stage === 'detect' ? detectStage : trainStage
}

main().then(
  // Worker threads may be in the middle of a computation; nothing of theirs is wanted any more.
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  },
)
