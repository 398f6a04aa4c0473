import type { RunSnapshot } from '../../runs/snapshot'

/** A row of the experiments tree that stands for a run. */
export type RunNode = {
  readonly kind: 'run'
  readonly run: RunSnapshot
  readonly children: readonly RunNode[]
}

/**
 * Folders of the runs that a command was called on: rows of the tree (VS Code hands the clicked row, then the whole
 * selection), or paths, as links and keybindings give them. The clicked one is the first. Empty when it was called on
 * nothing.
 */
export function runDirsOf(args: readonly unknown[]): readonly string[] {
  const [clicked, selection] = args
  const dirs = [clicked, ...(Array.isArray(selection) ? selection : [])].map(runDirOf)
  return [...new Set(dirs.filter((dir) => dir !== undefined))]
}

function runDirOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument
  if (typeof argument !== 'object' || argument === null) return undefined
  const { kind, run } = argument as Partial<RunNode>
  return kind === 'run' ? run?.runDir : undefined
}
