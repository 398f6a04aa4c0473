/**
 * A batch file or PowerShell script as a POSIX shell would have it written, with every character at its place: lines
 * that go on, comments, variables and backslashes of paths.
 */
export function asPosixShell(text: string, dialect: 'batch' | 'powershell'): string {
  const joined = text.replace(dialect === 'batch' ? /\^\r?\n/g : /`\r?\n/g, blank)
  const plain =
    dialect === 'batch'
      ? joined
          .replace(/^[ \t]*@?(?:rem\b|::).*$/gim, blank)
          .replace(/^([ \t]*)@/gm, '$1 ')
          .replace(/%(?=\w|~)/g, '$')
          .replace(/^([ \t]*)cd[ \t]+\/d\b/gim, (line) => `${line.slice(0, -2)}  `)
      : joined.replace(/<#[\s\S]*?#>/g, blank)
  return plain.replaceAll('\\', '/')
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ').replace(/[\r\n]/g, ' ')
}
