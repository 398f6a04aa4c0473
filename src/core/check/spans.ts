import { type Release, releases } from '../yolov5/release'

/** From one release to another, both included. */
export type Span = `${Release}..${Release}`

/** Words, with blanks between them, by the releases that have them. */
export type Spans = Readonly<Partial<Record<Span, string>>>

/** The release nearest to `from` among those that have a word; undefined where none has. */
export function releaseWith(
  spans: Spans | undefined,
  word: string,
  from: Release,
): Release | undefined {
  const found = Object.entries(spans ?? {}).find(([, words]) => words.split(/\s+/).includes(word))
  if (found === undefined) return undefined
  const [first = '', last = ''] = found[0].split('..')
  const names: readonly string[] = releases
  return releases[clamped(names.indexOf(from), names.indexOf(first), names.indexOf(last))]
}

export function clamped(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
