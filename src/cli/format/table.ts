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
      widths[i] = Math.max(widths[i] ?? 0, cell.length)
    })
  }
  return rows.map((row) =>
    row
      .map((cell, i) =>
        align[i] === 'right' ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

/** Shortens a line to `width` columns, with an ellipsis where something was cut. */
export function clip(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`
}
