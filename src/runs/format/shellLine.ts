/** A page has no `process`: it is told the platform. */
const { process: host } = globalThis as { readonly process?: { readonly platform: string } }

/**
 * Words as one line that a shell reads back as the same words.
 *
 * On Windows that is PowerShell, which VS Code's terminal is there. In cmd the line means the same, but for three cases
 * that no form gets right in both: `&` before a program in quotes, without which PowerShell takes it for a text; a
 * backtick too many before `$`, backticks and typographic quotes; and `%NAME%`, which cmd alone puts a value for. What
 * stands in a word is executed by neither.
 *
 * @param platform `process.platform` of where the line will be pasted
 */
export function shellLine(words: readonly string[], platform = host?.platform): string {
  if (platform !== 'win32') return words.map(posixWord).join(' ')
  const line = words.map(windowsWord).join(' ')
  return line.startsWith('"') ? `& ${line}` : line
}

/** The same of the command `yolov5-slim` with its arguments: a line to copy, to log, or to type again. */
export function slimLine(args: readonly string[], platform = host?.platform): string {
  return shellLine(['yolov5-slim', ...args], platform)
}

function posixWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Double quotes, since cmd knows no others: within single ones it would obey an `&`. */
function windowsWord(word: string): string {
  // PowerShell takes `-x.y` apart, `@x` for a variable and `a,b` for a list.
  if (/^(?:--)?[\w/\\.:+=][\w@+=:./\\-]*$/.test(word)) return word
  const inside = word
    // A program takes a backslash before the closing quote for one that escapes it; doubled, a path is the same.
    .replace(/\\+$/, '$&$&')
    .replaceAll('"', '""')
    // PowerShell: `$` and backticks work within double quotes, and typographic ones end them.
    .replace(/[$`“”„]/g, '`$&')
  return `"${inside}"`
}
