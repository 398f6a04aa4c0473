import * as l10n from '@vscode/l10n'
import { splitFlag } from '../../core/yolov5/flagWords'
import type { ScriptFlag } from '../../core/yolov5/release'
import type { GivenFlag } from './argumentParser'
import { FlagError } from './flagError'

/** Who trains; `auto` is PyTorch where a checkout and a Python for it are there, and else the built-in engine. */
export const engines = ['auto', 'pytorch', 'builtin'] as const

/** What our own flags say; a flag that was not given is not there. */
export type OwnFlags = {
  /** `--st`: train sparsely. */
  readonly st?: true
  readonly sr?: number | 'auto'
  readonly reg?: 'l1' | 'prox'
  readonly srSchedule?: 'constant' | 'linear'
  /** Share of prunable channels, over 0 and under 1. */
  readonly percent?: number
  readonly python?: string
  readonly engine?: string
  readonly detach?: true
  /** Wait until no other run uses the device. */
  readonly queue?: true
  readonly json?: true
  readonly trustWeights?: true
  readonly nnodes?: number
  readonly nprocPerNode?: number
  readonly nodeRank?: number
  readonly masterAddr?: string
  readonly masterPort?: number
  /** Compute threads of the built-in engine. */
  readonly threads?: number
  /** Release whose training the built-in engine follows, in place of the checkout's. */
  readonly as?: string
  /** `--checkout`: the YOLOv5 folder. */
  readonly checkout?: string
}

type OwnName = keyof OwnFlags

function own(
  dest: OwnName,
  names: readonly string[],
  type: ScriptFlag['type'],
  choices?: readonly string[],
): ScriptFlag {
  const arity = type === 'flag' ? 'none' : 'one'
  return { names, dest, arity, type, ...(choices ? { choices } : {}) }
}

/** Our own flags, in the shape of the scripts'. */
export const ownFlags: readonly ScriptFlag[] = [
  own('st', ['--st'], 'flag'),
  own('sr', ['--sr'], 'string'),
  own('reg', ['--reg'], 'string', ['l1', 'prox']),
  own('srSchedule', ['--sr-schedule'], 'string', ['constant', 'linear']),
  own('percent', ['--percent'], 'float'),
  own('python', ['--python'], 'string'),
  own('engine', ['--engine'], 'string', engines),
  own('detach', ['--detach'], 'flag'),
  own('queue', ['--queue'], 'flag'),
  own('json', ['--json'], 'flag'),
  own('trustWeights', ['--trust-weights'], 'flag'),
  own('nnodes', ['--nnodes'], 'int'),
  own('nprocPerNode', ['--nproc-per-node'], 'int'),
  own('nodeRank', ['--node-rank'], 'int'),
  own('masterAddr', ['--master-addr'], 'string'),
  own('masterPort', ['--master-port'], 'int'),
  own('threads', ['--threads'], 'int'),
  own('as', ['--as'], 'string', ['v5.0', 'v6.0', 'v6.1', 'v6.2', 'v7.0']),
  own('checkout', ['--checkout'], 'string'),
]

/**
 * Our flags among those given.
 *
 * @throws FlagError for a number out of its range
 */
export function readOwnFlags(given: readonly GivenFlag[]): OwnFlags {
  const found: Record<string, unknown> = {}
  for (const { flag, values } of given) {
    const [value] = values
    if (value === undefined) found[flag.dest] = true
    else if (flag.dest === 'sr') found.sr = strength(value)
    else if (flag.dest === 'percent') found.percent = share(value)
    else if (flag.type === 'int') found[flag.dest] = count(flag, value)
    else found[flag.dest] = value
  }
  return found
}

/**
 * Our flags before the release is known, for finding the checkout and the interpreter: only those written out;
 * everything else is passed over unread.
 */
export function peekOwnFlags(args: readonly string[]): OwnFlags {
  const given: GivenFlag[] = []
  args.forEach((token, i) => {
    const [name, inline] = splitFlag(token)
    const flag = ownFlags.find(({ names }) => names.includes(name))
    if (!flag) return
    if (flag.arity === 'none') given.push({ flag, values: [] })
    const value = inline ?? args[i + 1]
    if (flag.arity === 'one' && value !== undefined) given.push({ flag, values: [value] })
  })
  return readOwnFlags(given)
}

function strength(value: string): number | 'auto' {
  if (value === 'auto') return value
  const sr = Number(value)
  if (Number.isFinite(sr) && sr > 0 && value.trim() !== '') return sr
  throw new FlagError(
    '--sr',
    l10n.t('--sr {0}: that is no sparsity strength.', value),
    l10n.t('Give a number over 0, such as 0.005, or "auto".'),
  )
}

function share(value: string): number {
  const percent = Number(value)
  if (percent > 0 && percent < 1) return percent
  throw new FlagError(
    '--percent',
    l10n.t('--percent {0}: that is no share of channels.', value),
    // 1 is all of them, and not meant as 1 %.
    percent >= 2 && percent < 100
      ? l10n.t('Give it as a fraction: --percent {0}.', percent / 100)
      : l10n.t('Give a number over 0 and under 1, such as 0.5.'),
  )
}

function count(flag: ScriptFlag, value: string): number {
  const least = flag.dest === 'nodeRank' ? 0 : 1
  const n = Number(value)
  if (n >= least) return n
  const name = flag.names[0] ?? ''
  throw new FlagError(
    name,
    l10n.t('{0} {1} is too small.', name, value),
    l10n.t('Give a whole number of {0} or more.', least),
  )
}
