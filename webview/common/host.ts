import * as l10n from '@vscode/l10n'
import * as v from 'valibot'
import type {
  CommonToHost,
  CommonToPage,
  Contract,
  ToHost,
  ToPage,
} from '../../src/extension/webview/contract'

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void
  getState(): unknown
  setState(state: unknown): void
}

/** The page's side of a contract. */
export type Host<C extends Contract> = {
  post(message: ToHost<C> | CommonToHost): void
  /** What the page was told to keep over a reload, checked. */
  readonly state: <T>(schema: v.GenericSchema<unknown, T>) => T | undefined
  keep(state: unknown): void
}

/**
 * Connects a page to its host. `onStart` comes first, once the texts are there; then each message that fits the
 * contract. What does not fit is reported to the host's log.
 */
export function connect<C extends Contract>(
  contract: C,
  handlers: {
    readonly onStart: (host: Host<C>) => void
    readonly onMessage: (message: Exclude<ToPage<C>, CommonToPage>) => void
  },
): void {
  const api = acquireVsCodeApi()
  const host: Host<C> = {
    post: (message) => api.postMessage(message),
    keep: (state) => api.setState(state),
    state: (schema) => {
      const parsed = v.safeParse(schema, api.getState())
      return parsed.success ? parsed.output : undefined
    },
  }
  const trouble = (text: string) => host.post({ type: 'trouble', text: text.slice(0, 9_999) })
  window.addEventListener('error', ({ message, filename, lineno }) => {
    trouble(`${message} (${filename}:${lineno})`)
  })
  window.addEventListener('unhandledrejection', ({ reason }) => trouble(String(reason)))
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const parsed = v.safeParse(contract.toPage, data)
    if (!parsed.success) {
      trouble(v.summarize(parsed.issues))
      return
    }
    const message = parsed.output as CommonToPage | Exclude<ToPage<C>, CommonToPage>
    if ((message as CommonToPage).type === 'start') {
      l10n.config({ contents: { ...(message as CommonToPage).texts } })
      handlers.onStart(host)
    } else handlers.onMessage(message as Exclude<ToPage<C>, CommonToPage>)
  })
  // Not from the bundle's own function: the browser notes where a message was posted, and parses that function again,
  // all half a megabyte of it, to know the line.
  queueMicrotask(() => host.post({ type: 'ready' }))
}
