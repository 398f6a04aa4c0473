import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { env, l10n as host, type LogOutputChannel, Uri, type Webview } from 'vscode'
import { DisposableList } from '../common/disposable'
import { showError } from '../notify'
import type { CommonToHost, CommonToPage, Contract, ToHost, ToPage } from './contract'
import { pageHtml } from './html'
import { save } from './save'

export type PageOptions<C extends Contract> = {
  readonly webview: Webview
  readonly extensionUri: Uri
  /** Folder below `webview/`, whose bundle lies in `dist/webview/`. */
  readonly name: string
  readonly title: string
  readonly contract: C
  readonly channel: LogOutputChannel
  /** Everything but the messages of every page. Its errors are shown. */
  readonly onMessage: (message: Exclude<ToHost<C>, CommonToHost>) => void | Promise<void>
  /** The page listens: send it what it shows. Called again each time the page is made anew. */
  readonly onReady: () => void | Promise<void>
}

/** One page in a webview, from the host's side: its document, and messages that fit the contract. */
export class Page<C extends Contract> extends DisposableList {
  private listening = false

  constructor(private readonly options: PageOptions<C>) {
    super()
    const { webview, extensionUri, name, title } = options
    const bundles = Uri.joinPath(extensionUri, 'dist', 'webview')
    webview.options = { enableScripts: true, localResourceRoots: [bundles] }
    this.track(webview.onDidReceiveMessage((message: unknown) => this.receive(message)))
    webview.html = pageHtml({
      title,
      language: env.language,
      script: webview.asWebviewUri(Uri.joinPath(bundles, `${name}.js`)).toString(),
      style: webview.asWebviewUri(Uri.joinPath(bundles, `${name}.css`)).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('hex'),
    })
  }

  /** Sends a message; dropped while the page does not listen, since `onReady` sends everything. */
  post(message: ToPage<C>): void {
    if (this.listening) void this.options.webview.postMessage(message)
  }

  private receive(raw: unknown): void {
    const { contract, channel } = this.options
    const parsed = v.safeParse(contract.toHost, raw)
    if (!parsed.success) {
      channel.warn(`${this.options.name}: ${v.summarize(parsed.issues)}`)
      return
    }
    const message = parsed.output as CommonToHost | Exclude<ToHost<C>, CommonToHost>
    this.act(message).catch((error: unknown) => showError(channel, error))
  }

  private async act(message: CommonToHost | Exclude<ToHost<C>, CommonToHost>): Promise<void> {
    switch ((message as CommonToHost).type) {
      case 'ready': {
        this.listening = true
        const start: CommonToPage = {
          type: 'start',
          language: env.language,
          texts: host.bundle ?? {},
        }
        await this.options.webview.postMessage(start)
        return this.options.onReady()
      }
      case 'save':
        return save(message as Extract<CommonToHost, { type: 'save' }>)
      case 'trouble':
        this.options.channel.error(
          `${this.options.name}: ${(message as Extract<CommonToHost, { type: 'trouble' }>).text}`,
        )
        return
      default:
        return this.options.onMessage(message as Exclude<ToHost<C>, CommonToHost>)
    }
  }
}
