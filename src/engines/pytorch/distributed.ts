import { createServer } from 'node:net'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import type { OwnFlags } from '../common/flags'
import type { Preflight } from './python'

/** A run's processes: one, or several under torch's own launcher. */
export type Processes = {
  readonly perNode: number
  readonly nodes: number
  readonly world: number
}

/** What no release shares out: a second process would do the same once more. */
export const oneProcess: Processes = { perNode: 1, nodes: 1, world: 1 }

/**
 * How many processes `--device 0,1`, `--nproc-per-node` and `--nnodes` ask for.
 *
 * @throws SlimError `flags/value` when they contradict each other, or `--batch-size` cannot be shared out
 */
export function processesFor(
  own: OwnFlags,
  device: string | undefined,
  batchSize: string | undefined,
): Processes {
  const devices = (device ?? '')
    .split(',')
    .filter((part) => /^\s*(cuda:)?\d+\s*$/.test(part)).length
  const nodes = own.nnodes ?? 1
  const perNode = own.nprocPerNode ?? Math.max(1, devices)
  if (devices > 1 && perNode > devices) {
    throw new SlimError(
      'flags/value',
      l10n.t('--nproc-per-node {0} is more than the {1} GPUs of --device.', perNode, devices),
      l10n.t('Start one process for each GPU.'),
    )
  }
  if (nodes > 1 && (own.nodeRank === undefined || own.masterAddr === undefined)) {
    throw new SlimError(
      'flags/value',
      l10n.t('--nnodes {0} wants --node-rank and --master-addr.', nodes),
      l10n.t('Give each machine its --node-rank, and all the address of the one with rank 0.'),
    )
  }
  const world = nodes * perNode
  const batch = Number(batchSize ?? 16)
  if (world > 1 && (batch < 1 || batch % world !== 0)) {
    throw new SlimError(
      'flags/value',
      l10n.t('--batch-size {0} cannot be shared by {1} processes.', batch, world),
      l10n.t('It counts the images of all GPUs: give a multiple of {0}.', world),
    )
  }
  return { perNode, nodes, world }
}

/**
 * The command that starts the runner: plainly, or through `torch.distributed.run` (torch 1.9; before it,
 * `torch.distributed.launch --use_env`).
 */
export async function launchCommand(
  { python, torch }: Pick<Preflight, 'python' | 'torch'>,
  runnerArgs: readonly string[],
  processes: Processes,
  own: OwnFlags,
): Promise<{ readonly command: string; readonly args: readonly string[] }> {
  const { command } = python
  if (processes.world === 1) return { command, args: [...python.args, ...runnerArgs] }
  const [major, minor] = versionOf(torch?.version)
  const hasRun = major > 1 || (major === 1 && minor >= 9)
  const launcher = hasRun ? ['torch.distributed.run'] : ['torch.distributed.launch', '--use_env']
  const port = own.masterPort ?? (processes.nodes > 1 ? 29_500 : await freePort())
  const args = [
    ...python.args,
    '-m',
    ...launcher,
    ...(hasRun && major < 2 ? oldLauncherRemedy(python.version) : []),
    `--nproc_per_node=${processes.perNode}`,
    `--nnodes=${processes.nodes}`,
    `--node_rank=${own.nodeRank ?? 0}`,
    `--master_addr=${own.masterAddr ?? '127.0.0.1'}`,
    `--master_port=${port}`,
    ...runnerArgs,
  ]
  return { command, args }
}

function versionOf(version: string | undefined): readonly [number, number] {
  const [major = 0, minor = 0] = (version ?? '').split('.').map((part) => Number.parseInt(part, 10))
  return [major, minor]
}

/**
 * From Python 3.11 on, iterating a Flag leaves out its zero, so the launcher of torch 1.x no longer understands
 * its own default "redirect nothing" and dies. Naming a worker that is not there (one digit is all it allows) makes
 * it fall back to that for all the others.
 */
function oldLauncherRemedy(python: string): readonly string[] {
  const [major, minor] = versionOf(python)
  return major === 3 && minor >= 11 ? ['--redirects=9:1', '--tee=9:1'] : []
}

/** The launcher's fixed default port would keep a second run on the same machine from starting. */
function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 29_500
      server.close(() => done(port))
    })
  })
}
