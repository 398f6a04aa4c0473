import { displayWidth, padColumnsEnd, padColumnsStart } from '../../runs/format/width'

export type Align = 'left' | 'right'

/**
 * Lines of a table whose columns are as wide as their widest cell, two spaces apart. Numbers read better to the
 * right, names to the left; `align` is by column, left where it is short.
 */
export function tableLines(
  rows: readonly (readonly string[])[],
  align: readonly Align[] = [],
): string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell))
    })
  }
  return rows.map((row) =>
    row
      .map((cell, i) =>
        align[i] === 'right'
          ? padColumnsStart(cell, widths[i] ?? 0)
          : padColumnsEnd(cell, widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}
