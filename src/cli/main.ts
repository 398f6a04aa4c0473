import { dirname, join } from 'node:path'
import { CommanderError } from 'commander'
import { speak } from '../runs/language'
import { fixedCommand, stageCommand } from './aliases'
import { commanderError } from './commanderError'
import { reportError } from './errors'
import { buildProgram, type Outcome } from './program'
import { exitCodes, tolerateBrokenPipes } from './terminal'

/**
 * Runs one command line.
 *
 * @param typed the words after the program name
 * @returns the exit code: 0 done, 1 a run failed, 2 the command line or a file is wrong, 130 Ctrl-C
 */
async function main(typed: readonly string[]): Promise<number> {
  const [name, ...args] = helpLast(typed)
  if (name === 'loop') {
    const { loop } = await import('./commands/loop')
    return loop(args)
  }
  if (name === 'predict' || name === 'detect.py') {
    const { predict } = await import('./commands/predict')
    return predict(args, typed)
  }
  if (name !== undefined) {
    const stage = stageCommand(name, args)
    if (stage) {
      const { runStage } = await import('./commands/stage')
      return runStage(stage, typed)
    }
  }
  const outcome: Outcome = { code: exitCodes.ok }
  const program = buildProgram(typed, outcome)
  const words = name === undefined ? ['--help'] : [fixedCommand(name), ...args]
  await program.parseAsync(words, { from: 'user' })
  return outcome.code
}

/** `help sparse` is `sparse --help`. */
function helpLast(typed: readonly string[]): readonly string[] {
  const [first, second] = typed
  return first === 'help' && second !== undefined ? [second, '--help'] : typed
}

async function run(): Promise<void> {
  speak(join(dirname(__filename), '..'))
  tolerateBrokenPipes()
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    const real = error instanceof CommanderError ? commanderError(error) : error
    process.exitCode = real === undefined ? exitCodes.ok : reportError(real)
  }
}

process.on('uncaughtException', (error) => {
  process.exitCode = reportError(error)
  process.exit()
})

void run()
