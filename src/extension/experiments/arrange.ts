import { type LineageNode, lineageTrees } from '../../runs/lineage'
import type { RunState, Stage } from '../../runs/manifest'
import type { RunSnapshot } from '../../runs/snapshot'
import { lastingBytes } from './comparison'

/** Which runs the tree shows; an empty list means every stage or state. */
export type RunFilter = {
  /** Words that all occur in the name, the id or the command line. */
  readonly text: string
  readonly stages: readonly Stage[]
  readonly states: readonly RunState[]
}

export const noFilter: RunFilter = { text: '', stages: [], states: [] }

export const sortOrders = ['newest', 'name', 'mAP', 'size'] as const
export type SortOrder = (typeof sortOrders)[number]

export type RunTree = LineageNode<RunSnapshot>

export function isFiltering({ text, stages, states }: RunFilter): boolean {
  return text.trim() !== '' || stages.length > 0 || states.length > 0
}

/** Whether the order or the choice of rows can change while runs go on. */
export function dependsOnProgress({ states }: RunFilter, order: SortOrder): boolean {
  return states.length > 0 || order === 'mAP' || order === 'size'
}

export function matches(run: RunSnapshot, { text, stages, states }: RunFilter): boolean {
  if (stages.length > 0 && !stages.includes(run.manifest.stage)) return false
  if (states.length > 0 && !states.includes(run.state)) return false
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const { id, commandLine } = run.manifest
  const searched = [run.name, id, ...commandLine].join(' ').toLowerCase()
  return words.every((word) => searched.includes(word))
}

/**
 * Runs as the trees that are shown: those that match, with the runs that they descend from, so that lineage stays
 * readable. Lineages are in the order asked for (by what is newest, best or smallest in them); within one, `newest`
 * keeps the order in which things were done.
 */
export function arrange(
  runs: readonly RunSnapshot[],
  filter: RunFilter,
  order: SortOrder,
): readonly RunTree[] {
  const trees = lineageTrees(runs)
  const kept = isFiltering(filter) ? trees.flatMap((tree) => keep(tree, filter)) : trees
  return sortTrees(kept, order, true)
}

function keep({ run, children }: RunTree, filter: RunFilter): readonly RunTree[] {
  const left = children.flatMap((child) => keep(child, filter))
  return left.length > 0 || matches(run, filter) ? [{ run, children: left }] : []
}

function sortTrees(trees: readonly RunTree[], order: SortOrder, top: boolean): readonly RunTree[] {
  if (order === 'newest' && !top) return trees
  const keyed = trees.map(({ run, children }) => {
    const sorted = sortTrees(children, order, false)
    return { tree: { run, children: sorted }, key: keyOf({ run, children }, order) }
  })
  return keyed
    .sort((a, b) => compare(a.key, b.key) || newest(a.tree, b.tree))
    .map(({ tree }) => tree)
}

function newest(a: RunTree, b: RunTree): number {
  return b.run.manifest.createdAt - a.run.manifest.createdAt
}

/** What sorts before is smaller; what has no value sorts last. */
function keyOf(tree: RunTree, order: SortOrder): number | string {
  switch (order) {
    case 'name':
      return tree.run.name
    case 'newest':
      return -most(tree, ({ manifest }) => manifest.createdAt)
    case 'mAP':
      return -most(tree, ({ summary }) => summary.mAP50_95)
    case 'size':
      return -most(tree, (run) => {
        const bytes = lastingBytes(run)
        return bytes === undefined ? undefined : -bytes
      })
  }
}

function most({ run, children }: RunTree, value: (run: RunSnapshot) => number | undefined): number {
  let found = value(run) ?? Number.NEGATIVE_INFINITY
  for (const child of children) found = Math.max(found, most(child, value))
  return found
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'string' && typeof b === 'string') {
    return a.localeCompare(b, undefined, { numeric: true })
  }
  return a < b ? -1 : a > b ? 1 : 0
}
