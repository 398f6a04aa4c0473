import { withoutEscapes } from '../../runs/escapes'

/** Cuts a terminal program's output into lines: of a line rewritten with `\r`, as progress bars are, the last. */
export class OutputLines {
  private rest = ''

  push(chunk: string): readonly string[] {
    const lines = (this.rest + chunk).split('\n')
    this.rest = lines.pop() ?? ''
    // A progress bar without an end would grow for ever.
    const start = this.rest.lastIndexOf('\r', this.rest.length - 2)
    if (start >= 0) this.rest = this.rest.slice(start + 1)
    return lines.map(lastWriting).filter((line) => line.trim() !== '')
  }
}

function lastWriting(line: string): string {
  const shown = line.replace(/\r+$/, '')
  return withoutEscapes(shown.slice(shown.lastIndexOf('\r') + 1)).trimEnd()
}
