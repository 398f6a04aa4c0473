import type { RunSnapshot } from '../../runs/snapshot'
import type { RunTree } from './arrange'
import type { RunNode } from './selection'

/** A row with an identity that lasts, as VS Code wants it for refreshing that row alone. */
export class Row implements RunNode {
  readonly kind = 'run'
  children: readonly Row[] = []
  parent: Row | undefined
  /** Place of its lineage among the others. */
  lineage = 0

  constructor(public run: RunSnapshot) {}
}

/** The rows of the tree by run folder; those of runs that stay are kept. */
export class Rows {
  private readonly rows = new Map<string, Row>()
  top: readonly Row[] = []

  get(runDir: string): Row | undefined {
    return this.rows.get(runDir)
  }

  get size(): number {
    return this.rows.size
  }

  /** Takes over what the trees show; tells whether rows came, went or moved. */
  arrange(trees: readonly RunTree[]): boolean {
    const seen = new Set<string>()
    let moved = false
    const rowOf = (tree: RunTree, parent: Row | undefined, lineage: number): Row => {
      const { runDir } = tree.run
      seen.add(runDir)
      const known = this.rows.get(runDir)
      const row = known ?? new Row(tree.run)
      if (!known) this.rows.set(runDir, row)
      row.run = tree.run
      row.parent = parent
      row.lineage = lineage
      const children = tree.children.map((child) => rowOf(child, row, lineage))
      moved ||= !known || !sameRows(row.children, children)
      row.children = children
      return row
    }
    const top = trees.map((tree, i) => rowOf(tree, undefined, i))
    moved ||= !sameRows(this.top, top)
    this.top = top
    for (const runDir of [...this.rows.keys()]) if (!seen.has(runDir)) this.rows.delete(runDir)
    return moved
  }
}

function sameRows(a: readonly Row[], b: readonly Row[]): boolean {
  return a.length === b.length && a.every((row, i) => row === b[i])
}
