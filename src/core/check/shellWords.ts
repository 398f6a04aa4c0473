/** One word of a command line. */
export type Word = {
  /** Without quotes. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** A variable, a pattern or a substitution stands in it: what it will be is not known. */
  readonly open: boolean
  readonly quoted: boolean
}

/** Characters that end a command; redirections end it too, for what follows are no arguments. */
const SEPARATORS = new Set([';', '&', '|', '\n', '(', ')', '<', '>'])

/**
 * Words of every simple command of a shell text, in order. The brackets of a subshell are commands of their own, for
 * what is between them changes nothing outside. Here-documents and comments are passed over.
 */
export function shellCommands(text: string): readonly (readonly Word[])[] {
  const commands: Word[][] = [[]]
  const heredocs: string[] = []
  let at = 0
  const next = (): void => {
    if ((commands.at(-1)?.length ?? 0) > 0) commands.push([])
  }
  while (at < text.length) {
    const char = text[at] ?? ''
    const continued = /\\\r?\n/y
    continued.lastIndex = at
    if (continued.test(text)) {
      at = continued.lastIndex
    } else if (char === '\n') {
      next()
      at = afterHeredocs(text, at + 1, heredocs)
    } else if (char === ' ' || char === '\t' || char === '\r') at++
    else if (char === '#') at = lineEnd(text, at)
    // `! python …` negates, `!python …` is a notebook's.
    else if (char === '!' && commands.at(-1)?.length === 0) at++
    else if (char === '<' && text.startsWith('<<', at) && text[at + 2] !== '<') {
      const delimiter = /<<-?[ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|\\?([\w.][\w.-]*))/y
      delimiter.lastIndex = at
      const [, double, single, bare] = delimiter.exec(text) ?? []
      const name = double ?? single ?? bare
      if (name !== undefined) heredocs.push(name)
      at = name === undefined ? at + 2 : delimiter.lastIndex
    } else if (char === '>' || char === '<') {
      // `2>&1 > log.txt`: what is written to is no argument.
      const target = /[<>]+&?\s*[^\s;|&<>()]*/y
      target.lastIndex = at
      target.test(text)
      at = Math.max(at + 1, target.lastIndex)
    } else if (SEPARATORS.has(char)) {
      next()
      at++
      if (char === '(' || char === ')') {
        commands.at(-1)?.push({ text: char, start: at - 1, end: at, open: false, quoted: false })
        next()
      }
    } else {
      const word = readWord(text, at)
      at = word.end
      // The 2 of `2>&1`.
      const descriptor = /^\d$/.test(word.text) && (text[at] === '>' || text[at] === '<')
      if (!descriptor) commands.at(-1)?.push(word)
    }
  }
  return commands.filter((words) => words.length > 0)
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

function afterHeredocs(text: string, from: number, names: string[]): number {
  let at = from
  for (const name of names.splice(0)) {
    while (at < text.length) {
      const end = lineEnd(text, at)
      const line = text.slice(at, end).trim()
      at = end + 1
      if (line === name) break
    }
  }
  return at
}

function readWord(text: string, start: number): Word {
  let value = ''
  let open = false
  let quoted = false
  let at = start
  while (at < text.length) {
    const char = text[at] ?? ''
    if (/\s/.test(char) || SEPARATORS.has(char)) break
    if (char === "'" || char === '"') {
      const end = quoteEnd(text, at)
      const closed = end - 1 > at && text[end - 1] === char
      const inside = text.slice(at + 1, closed ? end - 1 : end)
      if (char === '"' && /[$`]/.test(inside)) open = true
      if (/[{}]/.test(inside)) open = true
      quoted = true
      value += inside
      at = end
    } else if (char === '\\') {
      if (/^\\\r?\n/.test(text.slice(at, at + 3))) break
      value += text[at + 1] ?? ''
      at += 2
    } else if (char === '$' && text[at + 1] === '(') {
      open = true
      at = parenEnd(text, at + 1)
    } else if (char === '`') {
      open = true
      at = quoteEnd(text, at)
    } else {
      // What is between braces stands for something else as a whole: `${A:-b c}`, `{a + b}` of a notebook.
      const expression = /\$?\{[^\s{}][^{}\n]*\}/y
      expression.lastIndex = at
      const whole = expression.exec(text)?.[0] ?? char
      // `%s` is filled in by Python.
      if (/[${}*?]/.test(char) || /^%[sdr(]/.test(text.slice(at, at + 2))) open = true
      value += whole
      at += whole.length
    }
  }
  return { text: value, start, end: Math.max(at, start + 1), open, quoted }
}

/** After the closing quote, or the end of the line where it is missing. */
function quoteEnd(text: string, start: number): number {
  const quote = text[start]
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\' && quote !== "'") at++
    else if (text[at] === quote) return at + 1
  }
  return lineEnd(text, start)
}

function parenEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at + 1
  }
  return lineEnd(text, start)
}
