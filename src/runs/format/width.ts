import { stripVTControlCharacters } from 'node:util'
import { eastAsianWidth } from 'get-east-asian-width'

/** Columns that a text takes in a terminal: Chinese characters two each, colours none. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of stripVTControlCharacters(text)) width += columnsOf(character)
  return width
}

function columnsOf(character: string): number {
  return eastAsianWidth(character.codePointAt(0) ?? 0)
}

/** `padEnd` by columns. */
export function padColumnsEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** `padStart` by columns. */
export function padColumnsStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text
}

/** The beginning of a text without colours that fits into `width` columns. */
export function fitColumns(text: string, width: number): string {
  let used = 0
  let end = 0
  for (const character of text) {
    used += columnsOf(character)
    if (used > width) break
    end += character.length
  }
  return text.slice(0, end)
}

/** A line may break at a space, and before a Chinese character but not before what closes: comma, bracket. */
const chunks = /\s*(?:\p{Script=Han}[、。，：；？！）》】”’…]*|[^\s\p{Script=Han}]+)/gu

/** Breaks lines of more than `width` columns where they may; what is too long in one piece stays whole. */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, width))
    .join('\n')
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const chunk of line.match(chunks) ?? []) {
    if (current === '' || displayWidth(current + chunk) <= width) current += chunk
    else {
      lines.push(current)
      current = chunk.trimStart()
    }
  }
  return [...lines, current]
}
