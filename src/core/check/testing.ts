import { join } from 'node:path'
import type { Finding } from '../finding'
import { detectCheckout } from '../yolov5/detect'
import { plant, type Tree } from '../yolov5/testTrees'
import { type Clone, cloneOf } from './clone'
import type { CheckpointFacts } from './weightsCheck'

/** A clone made of a tree, on disk. */
export async function plantedClone(tree: Tree): Promise<Clone> {
  const detection = await detectCheckout(plant(tree))
  if (detection === undefined) throw new Error('nothing detected')
  return cloneOf(detection)
}

export function at(clone: Clone, path: string): string {
  return join(clone.detection.root, path)
}

/** `code severity`, for short expectations. */
export function codes(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ code, severity }) => `${code} ${severity}`)
}

/** Applies the text edits of a finding's first fix. */
export function fixed(text: string, finding: Finding | undefined, nth = 0): string {
  const fix = finding?.fixes?.[nth]
  if (fix?.kind !== 'edit') throw new Error('no edit')
  return applied(text, fix.edits)
}

/** Text with edits applied, as an editor does: from the end to the start. */
export function applied(
  text: string,
  edits: readonly { readonly range: Finding['range']; readonly text: string }[],
): string {
  const lines = text.split('\n')
  const offset = ({ line, character }: Finding['range']['start']): number =>
    lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character
  return [...edits]
    .map((edit, order) => ({ edit, order }))
    .sort((a, b) => offset(b.edit.range.start) - offset(a.edit.range.start) || b.order - a.order)
    .reduce(
      (result, { edit: { range, text: put } }) =>
        result.slice(0, offset(range.start)) + put + result.slice(offset(range.end)),
      text,
    )
}

/** What is known of a whole v6.0 model of two classes. */
export const checkpointFacts: CheckpointFacts = {
  release: 'v6.0',
  modelClass: 'models.yolo.Model',
  names: ['a', 'b'],
  globals: ['models.common.Conv', 'torch.nn.modules.conv.Conv2d'],
  unsafeGlobals: [],
  obstacle: null,
}
