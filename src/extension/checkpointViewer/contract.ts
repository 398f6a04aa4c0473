import * as v from 'valibot'
import { previewData, previewOptions, previewToHost, previewToPage } from '../preview/contract'
import { defineContract } from '../webview/contract'

const fact = v.object({
  label: v.string(),
  value: v.string(),
  /** What the value rests on, or the whole of what it begins; opened by who wants it. */
  more: v.optional(v.string()),
})

/** A line above everything else. */
const notice = v.object({
  level: v.picklist(['info', 'warning', 'error']),
  /** Stable code, shown beside it; absent in mere information. */
  code: v.optional(v.string()),
  text: v.string(),
  remedy: v.string(),
})
export type Notice = v.InferOutput<typeof notice>

/** One BatchNorm of the layers table. */
const layer = v.object({
  name: v.string(),
  /** float32 in base64. */
  gamma: v.string(),
  /** Why its channels stay; empty where they may go. */
  reason: v.string(),
  /** First of the layers tied to it; empty where there is none. */
  tie: v.string(),
})

export const checkpointContent = v.object({
  name: v.string(),
  path: v.string(),
  facts: v.array(fact),
  notices: v.array(notice),
  layers: v.array(layer),
  /** Absent where it can not be pruned. */
  preview: v.optional(previewData),
})
export type CheckpointContent = v.InferOutput<typeof checkpointContent>

export const checkpointContract = defineContract(
  [v.object({ type: v.literal('reload') }), ...previewToHost],
  [
    v.object({ type: v.literal('content'), content: checkpointContent }),
    /** What the head says, when the workspace's release becomes known or changes. */
    v.object({ type: v.literal('notices'), notices: v.array(notice) }),
    /** The file is not as it was read. */
    v.object({ type: v.literal('stale'), text: v.string() }),
    /** Shows the preview, with other options than those kept where there are some. */
    v.object({ type: v.literal('showPreview') }),
    ...previewToPage,
  ],
)
export type CheckpointContract = typeof checkpointContract

/** What the page keeps over a reload. */
export const checkpointState = v.object({
  tab: v.optional(v.string()),
  options: v.optional(previewOptions),
  /** The output that was offered when the options were kept. */
  offered: v.optional(v.string()),
})
export type CheckpointState = v.InferOutput<typeof checkpointState>
