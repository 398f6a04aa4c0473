import * as l10n from '@vscode/l10n'
import type { Detection, ScriptFlag } from '../core/yolov5/release'
import { ownFlags } from '../engines/common/flags'
import type { ScriptStage } from './aliases'
import { tableLines } from './format/table'
import { loopSummary, stageSummary } from './stageSummary'

/**
 * `--help` of a stage, or of `loop`, whose flags are those of `sparse`: our flags, then the release’s where there is a
 * checkout.
 */
export function stageHelpLines(
  command: ScriptStage | 'loop',
  checkout: Detection | undefined,
): string[] {
  const stage = command === 'loop' ? 'sparse' : command
  const lines = [
    l10n.t('Usage: yolov5-slim {0} [flags]', command),
    '',
    command === 'loop' ? loopSummary() : stageSummary(stage),
    '',
    l10n.t('Flags of YOLOv5 Slim:'),
    ...flagLines([
      ...ownFlags
        .filter(({ dest }) => belongs(stage, dest))
        .map((flag) => described(flag, command === 'loop')),
      { ...helpFlag, help: l10n.t('this text') },
    ]),
    '',
  ]
  if (!checkout) {
    const script = stage === 'val' ? 'val.py' : 'train.py'
    return [
      ...lines,
      l10n.t('Every flag of {0} is passed on. In a YOLOv5 checkout, they are listed here.', script),
    ]
  }
  const { capabilities, release, root } = checkout
  const script = stage === 'val' ? `${capabilities.evaluation}.py` : 'train.py'
  const flags = stage === 'val' ? capabilities.evaluationFlags : capabilities.trainFlags
  return [
    ...lines,
    l10n.t('Flags of {0}, passed on (YOLOv5 {1} in {2}):', script, release, root),
    ...flagLines(flags),
  ]
}

const helpFlag: ScriptFlag = { names: ['-h', '--help'], dest: 'help', arity: 'none', type: 'flag' }

const sparsityFlags = ['st', 'sr', 'reg', 'srSchedule', 'percent']
const launcherFlags = ['nnodes', 'nprocPerNode', 'nodeRank', 'masterAddr', 'masterPort']

function belongs(stage: ScriptStage, dest: string): boolean {
  if (sparsityFlags.includes(dest)) return stage === 'sparse'
  return stage !== 'val' || !launcherFlags.includes(dest)
}

/** @param loop whether this is the help of `loop`, whose stages' events `--json` would not tell apart */
function described(flag: ScriptFlag, loop: boolean): ScriptFlag {
  const help =
    loop && flag.dest === 'json'
      ? l10n.t('with --detach: print the id, folder and log as JSON')
      : helpOf(flag.dest)
  return help === undefined ? flag : { ...flag, help }
}

function helpOf(dest: string): string | undefined {
  switch (dest) {
    case 'st':
      return l10n.t('train sparsely; understood, since this stage always does')
    case 'sr':
      return l10n.t('sparsity strength, or "auto" (default): chosen for --percent and the schedule')
    case 'reg':
      return l10n.t(
        'prox (default): proximal steps reach zero exactly; l1: the paper’s subgradient',
      )
    case 'srSchedule':
      return l10n.t('linear lets sr fall to a tenth; default: constant')
    case 'percent':
      return l10n.t('share of the channels that pruning shall remove later; default: 0.5')
    case 'python':
      return l10n.t('Python interpreter or virtual environment with torch; default: python3')
    case 'engine':
      return l10n.t(
        'what trains: pytorch, builtin (needs no Python), or auto (default): PyTorch where it is ready',
      )
    case 'detach':
      return l10n.t('start the run, print its id and folder, and leave it running')
    case 'queue':
      return l10n.t('wait until no other run of this machine uses the device')
    case 'json':
      return l10n.t('print the run’s events as JSON lines, and nothing else, on stdout')
    case 'trustWeights':
      return l10n.t('load weights that import globals which are neither YOLOv5’s nor torch’s')
    case 'nnodes':
      return l10n.t('machines, for PyTorch’s launcher')
    case 'nprocPerNode':
      return l10n.t('processes on this machine; default: one a GPU in --device')
    case 'nodeRank':
      return l10n.t('number of this machine, from 0')
    case 'masterAddr':
      return l10n.t('address of machine 0')
    case 'masterPort':
      return l10n.t('port on machine 0')
    case 'threads':
      return l10n.t('compute threads of the built-in engine on a CPU; default: one a core')
    case 'as':
      return l10n.t('release whose training the built-in engine follows; default: the checkout’s')
    case 'checkout':
      return l10n.t('the YOLOv5 folder; default: the one this folder is, holds or lies in')
    default:
      return undefined
  }
}

function flagLines(flags: readonly ScriptFlag[]): string[] {
  const rows = flags.map((flag) => [`  ${flag.names.join(', ')}${valueText(flag)}`, helpText(flag)])
  const narrow = rows.filter(([name = '']) => name.length <= widest)
  const width = Math.max(0, ...narrow.map(([name = '']) => name.length))
  return rows.flatMap(([name = '', help = '']) =>
    name.length > widest && help !== ''
      ? [name, `${' '.repeat(width)}  ${help}`]
      : tableLines([[name.padEnd(width), help]]),
  )
}

const widest = 34

function valueText({ arity, type, choices, names }: ScriptFlag): string {
  if (arity === 'none') return ''
  const name = (names.at(-1) ?? '').replace(/^-+/, '').replaceAll('-', '_').toUpperCase()
  const kind = choices ? choices.join('|') : type === 'string' ? name : type
  const value = `<${kind}>`
  if (arity === 'optional') return ` [${value}]`
  return arity === 'many' ? ` ${value}…` : ` ${value}`
}

function helpText({ help, default: preset }: ScriptFlag): string {
  const text = help ?? ''
  return preset === undefined || preset === '' || preset === "''"
    ? text
    : `${text}${text === '' ? '' : ' '}(${preset})`
}
