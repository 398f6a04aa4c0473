/**
 * Words as one line that a shell reads back as the same words: POSIX shells, or on Windows PowerShell and cmd, which
 * agree on double quotes.
 */
export function shellLine(words: readonly string[], platform = process.platform): string {
  return words.map(platform === 'win32' ? windowsWord : posixWord).join(' ')
}

function posixWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function windowsWord(word: string): string {
  return /^[\w@+=:./\\-]+$/.test(word) ? word : `"${word.replaceAll('"', '\\"')}"`
}
