import * as v from 'valibot'
import { criteria, reductions } from '../../core/slimming/scores'
import { networkSchema, normsSchema } from './viewSchema'

/**
 * What a page with a prune preview says to its host and hears from it. Pages put these beside their own messages;
 * `path` says which checkpoint is meant.
 */

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const whole = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least))

export const previewOptions = v.object({
  amount: v.variant('kind', [
    v.object({ kind: v.literal('percent'), percent: share }),
    v.object({ kind: v.literal('threshold'), threshold: v.pipe(v.number(), v.minValue(0)) }),
    v.object({ kind: v.literal('zero'), epsilon: v.pipe(v.number(), v.minValue(0)) }),
  ]),
  criterion: v.picklist(criteria),
  reduction: v.picklist(reductions),
  round: whole(1),
  minChannels: whole(1),
  maxLayerPercent: share,
  /** Globs of layers that stay whole. */
  keep: v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(500))), v.maxLength(1000)),
  /** Constants of removed channels go into what reads them. */
  absorb: v.optional(v.boolean(), true),
  /** Side of the square image for GFLOPs, in pixels. */
  imageSize: whole(32),
  /** File to write, absolute or relative to where the command runs. */
  output: v.pipe(v.string(), v.minLength(1), v.maxLength(4000)),
})
export type PreviewOptions = v.InferOutput<typeof previewOptions>

/** A checkpoint ready to be previewed. */
export const previewData = v.object({
  path: v.string(),
  /** The checkpoint as the command line names it. */
  weights: v.string(),
  network: networkSchema,
  /** Where the pruned file goes unless told otherwise, as the command line names it. */
  output: v.string(),
  /** Share of channels that its run was made sparse for; the preview starts with it. */
  percent: v.optional(share),
  /** Of where commands run, which may be another machine than the page's. */
  platform: v.string(),
  /** Why pruning is not possible here and now; null where it is. */
  locked: v.nullable(v.string()),
})
export type PreviewData = v.InferOutput<typeof previewData>

const path = { path: v.string() }

export const previewToHost = [
  /** What the criteria l1 and l2 score by; the host answers with `previewNorms`. */
  v.object({ type: v.literal('previewNorms'), ...path }),
  v.object({ type: v.literal('previewPrune'), ...path, options: previewOptions }),
  v.object({ type: v.literal('previewOpen'), ...path, output: v.string() }),
  v.object({ type: v.literal('previewFinetune'), ...path, output: v.string() }),
  v.object({ type: v.literal('previewCopy'), text: v.pipe(v.string(), v.maxLength(20_000)) }),
] as const

export const previewToPage = [
  /** Null where they could not be read. */
  v.object({ type: v.literal('previewNorms'), ...path, norms: v.nullable(normsSchema) }),
  /** How pruning goes. */
  v.object({
    type: v.literal('previewState'),
    ...path,
    state: v.variant('kind', [
      v.object({ kind: v.literal('idle') }),
      v.object({ kind: v.literal('pruning') }),
      v.object({ kind: v.literal('pruned'), output: v.string(), text: v.string() }),
      v.object({ kind: v.literal('failed'), text: v.string() }),
    ]),
  }),
  /** Trust was given, or a checkout found. */
  v.object({ type: v.literal('previewLock'), ...path, locked: v.nullable(v.string()) }),
] as const

export type PreviewToHost = v.InferOutput<(typeof previewToHost)[number]>
export type PreviewToPage = v.InferOutput<(typeof previewToPage)[number]>
export type PreviewState = Extract<PreviewToPage, { readonly type: 'previewState' }>['state']
