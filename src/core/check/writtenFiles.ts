import { posix } from 'node:path'
import type { Position } from '../finding'
import type { Snippet } from './snippet'

/** A yaml that a text itself makes, and where it begins to: no release need ship it. */
export type WrittenFile = { readonly name: string; readonly start: Position }

const NAME = String.raw`["']?([^\s"'\x60;|&<>(),=]+\.ya?ml)`

/** `> x.yaml`, `tee x.yaml`, `wget -O x.yaml`, `%%writefile x.yaml`, and what Python opens to write. */
const WRITES = new RegExp(
  [
    String.raw`(?:>|\btee\b(?:[ \t]+-\w+)*|[ \t]-[oO]|^%%(?:writefile|file)\b(?:[ \t]+-a)?)[ \t]*${NAME}`,
    String.raw`\b(?:Out-File|Set-Content|Add-Content)\b(?:[ \t]+-\w+)*[ \t]+${NAME}`,
    String.raw`\bopen[ \t]*\([ \t]*[rRfF]?${NAME}["'][ \t]*,[ \t]*(?:mode[ \t]*=[ \t]*)?["'][wax]`,
  ].join('|'),
  'gim',
)

/** Copies, moves and links, of a shell, of Windows and of Python, with what they take. */
const COPIES =
  /(?:\b(?:cp|mv|ln|rsync|copy|move|ren|(?:copy|move|rename)-item)[ \t]|\b(?:shutil\.(?:copy2?|copyfile|move)|os\.(?:rename|replace))[ \t]*\()([^\n;|&]*)/gi

const nameOf = (path: string): string => posix.basename(path.replaceAll('\\', '/'))

/** What a copy makes: what its last word says, or in a folder, what it copies there. */
function copied(words: string): readonly string[] {
  const names = [...words.matchAll(/[^\s"',()]+/g)].map(([word]) => word)
  const yamls = names.filter((word) => /\.ya?ml$/i.test(word)).map(nameOf)
  return /\.ya?ml$/i.test(names.at(-1) ?? '') ? yamls.slice(-1) : yamls
}

/** The yaml files that a text makes, in whatever language it does so. */
export function writtenFiles({ text, range }: Snippet): readonly WrittenFile[] {
  const startOf = ({ index }: RegExpExecArray): Position => range(index, index).start
  const writes = [...text.matchAll(WRITES)].map((match) => {
    const path = match.slice(1).find((group) => group !== undefined) ?? ''
    return { name: nameOf(path), start: startOf(match) }
  })
  const copies = [...text.matchAll(COPIES)].flatMap((match) =>
    copied(match[1] ?? '').map((name) => ({ name, start: startOf(match) })),
  )
  return [...writes, ...copies]
}
