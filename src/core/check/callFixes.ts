import type { Fix } from '../finding'
import { bracketedSpans, codeOnly, keyword } from '../yolov5/python'
import { releaseWithArgument, renamedArgument } from './argumentHistory'
import type { Clone } from './clone'
import { editFix, guessFix, switchFixes } from './fixes'
import { releaseWithName, renamedName } from './nameHistory'
import type { Call, Refusal } from './pythonCalls'
import { type Home, hasName, type Signature } from './pythonModules'
import type { Snippet } from './snippet'

/** Arguments that `test` of test.py and `run` of val.py take in the same order; what follows differs. */
const SAME_POSITIONS = 6

/** An argument in this release's words, or the release that takes it. */
export function argumentFixes(
  call: Call,
  refusal: Refusal,
  { module, name }: Home,
  signature: Signature,
  { text, range }: Snippet,
  clone: Clone,
): readonly Fix[] {
  if (refusal.kind !== 'keyword') return []
  const { release } = clone.detection
  const switches = switchFixes(releaseWithArgument(module, name, refusal.name, release), release)
  const now = renamedArgument(module, name, refusal.name)
  const code = codeOnly(text)
  const given = bracketedSpans(code, call.end).map(({ start, end }) => ({
    start,
    name: keyword(code.slice(start, end)).name,
  }))
  const place = given.find((one) => one.name === refusal.name)
  const taken = [...signature.positional, ...signature.keywordOnly]
  if (now === undefined || place === undefined || !taken.includes(now)) return switches
  // Given twice, an argument is a syntax error.
  if (given.some((one) => one.name === now)) return switches
  const written = range(place.start, place.start + refusal.name.length)
  return [editFix(now, written, now), ...switches]
}

/** A function of a module by this release's name, or the release that has it. */
export function attributeFixes(
  { start, end, args }: Call,
  attribute: string,
  module: string,
  { text, range }: Snippet,
  clone: Clone,
): readonly Fix[] {
  const { release } = clone.detection
  const switches = switchFixes(releaseWithName(module, attribute, release), release)
  const now = renamedName(attribute, module)
  if (now === undefined || hasName(clone, module, now) !== true) return switches
  const at = start + text.slice(start, end).lastIndexOf(attribute)
  const positions = args.filter((arg) => keyword(arg).name === undefined)
  const write = positions.length > SAME_POSITIONS ? guessFix : editFix
  return [write(now, range(at, at + attribute.length), now), ...switches]
}
