import * as l10n from '@vscode/l10n'
import type { RunSnapshot } from '../runs/snapshot'
import { readRun } from '../runs/snapshot'
import { type StartedRun, stopRun, watchRun } from '../runs/supervisor'
import { reportError } from './errors'
import { RunPresenter, type Screen } from './runPresenter'
import { exitCodes, isLive, print, printAside } from './terminal'

const refreshMs = 500

/**
 * Follows a run that this process started until it has ended. Ctrl-C asks it to stop, a second one insists, a
 * third kills; either way this returns only once no process of the run is left. A closed terminal (SIGHUP) leaves
 * the run going on.
 *
 * @returns the exit code
 */
export async function followRun(started: StartedRun, format: 'text' | 'json'): Promise<number> {
  const presenter = new RunPresenter(await screen(format), format)
  const stopping = stopOnSignals(started.runDir, presenter)
  const timer = setInterval(() => presenter.refresh(Date.now()), refreshMs)
  try {
    const watch = watchRun(started.runDir, ({ events, reset }) => presenter.show(events, reset))
    await Promise.all([watch.ended, started.exited])
    await stopping.verified()
    // Read anew: how a child that died silently ended is written after the watch has seen it gone.
    const run = await readRun(started.runDir)
    presenter.end(run)
    return stopping.exitCode() ?? exitCodeOf(run)
  } finally {
    clearInterval(timer)
    stopping.dispose()
  }
}

function exitCodeOf({ state }: RunSnapshot): number {
  return state === 'finished' ? exitCodes.ok : exitCodes.failed
}

type Stopping = {
  /** Resolves when every stop that was asked for is done. */
  readonly verified: () => Promise<void>
  /** 130 or 143 when a signal to us ended the run. */
  readonly exitCode: () => number | undefined
  readonly dispose: () => void
}

const steps = ['ask', 'insist', 'kill'] as const

function stopOnSignals(runDir: string, presenter: RunPresenter): Stopping {
  let asked = 0
  let code: number | undefined
  const stops: Promise<void>[] = []
  const stop = (signal: NodeJS.Signals) => {
    const from = steps[Math.min(asked, steps.length - 1)] ?? 'kill'
    asked++
    code ??= signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated
    presenter.announce(announcement(from))
    stops.push(
      stopRun(runDir, { from }).then(
        () => undefined,
        (error: unknown) => {
          code = reportError(error)
        },
      ),
    )
  }
  // The run has a process group and an output file of its own, so a hang-up costs it nothing.
  const hangUp = () => process.exit(129)
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', hangUp)
  return {
    verified: async () => {
      await Promise.all(stops)
    },
    exitCode: () => code,
    dispose: () => {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      process.off('SIGHUP', hangUp)
    },
  }
}

function announcement(step: (typeof steps)[number]): string {
  switch (step) {
    case 'ask':
      return l10n.t('stopping: waiting for the run to end … Ctrl-C again insists')
    case 'insist':
      return l10n.t('insisting (SIGTERM) … Ctrl-C again kills')
    case 'kill':
      return l10n.t('killing …')
  }
}

async function screen(format: 'text' | 'json'): Promise<Screen> {
  if (format === 'json' || !isLive()) return { print, printAside }
  const { createLogUpdate } = await import('log-update')
  const log = createLogUpdate(process.stdout, { showCursor: true })
  return {
    print,
    printAside,
    live: {
      width: () => process.stdout.columns ?? 80,
      show: log,
      clear: () => log.clear(),
      done: () => log.done(),
    },
  }
}
