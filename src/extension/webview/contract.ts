import * as v from 'valibot'

/**
 * What every page and its host say to each other; each page adds its own. Both sides parse whatever arrives: a page
 * shows data that came from files of the workspace, and a host acts on what a page asks.
 */

/** A message that a page sends to its host, whatever the page. */
const commonToHost = [
  /** The page listens; the host answers with `start`. */
  v.object({ type: v.literal('ready') }),
  /** Save what a chart or a table shows; the host asks where. */
  v.object({
    type: v.literal('save'),
    /** Proposed file name, with its extension. */
    name: v.pipe(v.string(), v.maxLength(200)),
    encoding: v.picklist(['utf8', 'base64']),
    content: v.string(),
  }),
  /** A script error of the page, for the log. */
  v.object({ type: v.literal('trouble'), text: v.pipe(v.string(), v.maxLength(10_000)) }),
] as const

/** A message that a host sends to its page, whatever the page. */
const commonToPage = [
  v.object({
    type: v.literal('start'),
    /** The editor's language, e.g. `zh-cn`. */
    language: v.string(),
    /** Translations of that language; empty in English. */
    texts: v.record(v.string(), v.string()),
  }),
] as const

type Messages = readonly v.ObjectSchema<
  { readonly type: v.LiteralSchema<string, undefined> } & v.ObjectEntries,
  undefined
>[]

/** Schemas of both directions of one page. */
export type Contract<ToHost = unknown, ToPage = unknown> = {
  readonly toHost: v.GenericSchema<unknown, ToHost>
  readonly toPage: v.GenericSchema<unknown, ToPage>
}

export type ToHost<C extends Contract> = v.InferOutput<C['toHost']>
export type ToPage<C extends Contract> = v.InferOutput<C['toPage']>

/** Completes a page's own messages with those of every page. */
export function defineContract<const H extends Messages, const P extends Messages>(
  toHost: H,
  toPage: P,
) {
  return {
    toHost: v.variant('type', [...commonToHost, ...toHost]),
    toPage: v.variant('type', [...commonToPage, ...toPage]),
  }
}

export type CommonToHost = v.InferOutput<(typeof commonToHost)[number]>
export type CommonToPage = v.InferOutput<(typeof commonToPage)[number]>
