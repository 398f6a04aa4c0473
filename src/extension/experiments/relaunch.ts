import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import { splitFlag } from '../../core/yolov5/flagWords'
import { peekOwnFlags } from '../../engines/common/flags'
import type { RunManifest } from '../../runs/manifest'

/** Words after the program name that do something again. */
export type Relaunch = {
  readonly stage: 'train' | 'sparse' | 'finetune' | 'val'
  readonly args: readonly string[]
}

/** Flags that say how the first start was watched, or that would write over its folder. */
const left = ['--exist-ok', '--exist_ok', '--detach', '--json', '--queue']

/** How a run that broke off goes on, in its own folder and with the interpreter that it was started with. */
export function resumeArguments(runDir: string, manifest: RunManifest): Relaunch {
  const { python, trustWeights } = peekOwnFlags(manifest.commandLine)
  return {
    stage: stageOf(manifest),
    args: [
      ...['--resume', join(runDir, 'weights', 'last.pt')],
      ...(python === undefined ? [] : ['--python', python]),
      ...(trustWeights ? ['--trust-weights'] : []),
    ],
  }
}

/**
 * The same command line once more, with a run folder of its own.
 *
 * @throws SlimError `retry/part` for a stage of `loop` or `demo` that began with what an earlier one left
 */
export function retryArguments(manifest: RunManifest): Relaunch {
  const { commandLine, stage } = manifest
  const [name = '', ...rest] = commandLine
  if ((name === 'loop' && stage !== 'sparse') || name === 'demo') {
    throw new SlimError(
      'retry/part',
      l10n.t('This run was a part of "yolov5-slim {0}": its own command line is not known.', name),
      l10n.t(
        'Start the stage from the run before it: its menu has Prune, Finetune and the others.',
      ),
    )
  }
  const args = rest.filter((word) => !left.includes(word))
  // Without --st, train_sparsity.py is an ordinary training, where --sr means nothing.
  const plain = stage === 'train' ? withoutValue(args, '--sr') : args
  return { stage: stageOf(manifest), args: plain }
}

/** A script of the workspace and its own words. */
export type ScriptWords = { readonly script: string; readonly words: readonly string[] }

/** Flags of `script` itself that take a value; what follows the script's name is the script's. */
const valued = ['--python', '--checkout']

/**
 * What a run of the workspace's own script was started with. Nothing that the person agreed to then is among it: the
 * next start asks again.
 */
export function scriptWords({ commandLine }: RunManifest): ScriptWords {
  let at = 1
  while (commandLine[at]?.startsWith('-')) at += valued.includes(commandLine[at] ?? '') ? 2 : 1
  const [script = '', ...words] = commandLine.slice(at)
  return { script, words }
}

function stageOf({ stage }: RunManifest): Relaunch['stage'] {
  if (stage !== 'prune' && stage !== 'detect') return stage
  throw new SlimError(
    'retry/stage',
    l10n.t('A run of the stage {0} cannot be started again from here.', stage),
    l10n.t('Copy its command, and run it in a terminal.'),
  )
}

function withoutValue(args: readonly string[], flag: string): readonly string[] {
  return args.filter((word, i) => splitFlag(word)[0] !== flag && args[i - 1] !== flag)
}
