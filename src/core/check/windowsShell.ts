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
          .replace(/%(?=[\w~*])/g, '$')
          .replace(/!(?=\w+!)/g, '$')
          // An apostrophe is a letter here.
          .replaceAll("'", '’')
          .replace(/\b(?:cd|chdir)[ \t]+\/d\b/gi, (line) => `${line.slice(0, -2)}  `)
      : joined
          .replace(/<#[\s\S]*?#>/g, blank)
          // `@arguments`, and `cd (Split-Path …)`: words that stand for others.
          .replace(/@(?=\w)|\((?=Split-Path\b)/gi, '$')
  return withoutSubshells(plain, dialect).replaceAll('\\', '/')
}

/** Brackets group commands without a shell of their own: a `cd` between them lasts. */
function withoutSubshells(text: string, dialect: 'batch' | 'powershell'): string {
  const tokens =
    dialect === 'batch' ? /"[^"\n]*"|[()]/g : /"[^"\n]*"|'[^'\n]*'|\$\([^()\n]*\)|[()]/g
  return text.replace(tokens, (token) => (token.length === 1 ? ';' : token))
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ').replace(/[\r\n]/g, ' ')
}
