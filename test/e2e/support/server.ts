import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type ServerOptions = {
  /** The user's settings. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Folders are not trusted unless the user says so. */
  readonly asksForTrust?: boolean
  /** Added to the environment, e.g. of the extension that runs tests inside. */
  readonly env?: Readonly<Record<string, string>>
  /** A display language beside English, e.g. `zh-CN`; the workbench's own texts stay as they are. */
  readonly locale?: string
  /** Further extensions, as files. */
  readonly extensions?: readonly string[]
}

const variable = (name: string): string => {
  const value = process.env[name]
  if (value) return value
  throw new Error(`${name} is not set: start this with npm run test:e2e`)
}

const defaults = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'security.workspace.trust.banner': 'never',
  'window.menuBarVisibility': 'classic',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'git.openRepositoryInParentFolders': 'never',
}

/** A VS Code server of its own, with the packaged extension installed and nothing else. */
export class Server {
  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(options: ServerOptions = {}): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), 'yolov5-slim-vscode-'))
    const settings = join(folder, 'data', 'User')
    mkdirSync(settings, { recursive: true })
    writeFileSync(
      join(settings, 'settings.json'),
      JSON.stringify({ ...defaults, ...options.settings }),
    )
    if (options.locale) addLanguagePack(join(folder, 'data'), options.locale.toLowerCase())
    const entry = [variable('E2E_CODE_SERVER')]
    const places = [
      ...['--user-data-dir', join(folder, 'data')],
      ...['--extensions-dir', join(folder, 'extensions')],
    ]
    // Nothing of the surrounding editor or test runner reaches the server.
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LANG: 'en_US.UTF-8',
      ...options.env,
    }
    const node = variable('E2E_NODE')
    for (const vsix of [variable('E2E_VSIX'), ...(options.extensions ?? [])]) {
      execFileSync(node, [...entry, ...places, '--install-extension', vsix], { env, stdio: 'pipe' })
    }
    const port = await freePort()
    const child = spawn(
      node,
      [
        ...[...entry, ...places],
        ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
        ...['--disable-telemetry', '--disable-update-check'],
        ...(options.locale ? ['--locale', options.locale.toLowerCase()] : []),
        ...(options.asksForTrust ? [] : ['--disable-workspace-trust']),
      ],
      { env, stdio: 'ignore', detached: true },
    )
    const server = new Server(port, folder, child)
    try {
      await server.ready()
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  url(workspace: string | undefined): string {
    const query = workspace === undefined ? '?ew=true' : `?folder=${encodeURIComponent(workspace)}`
    return `http://127.0.0.1:${this.port}/${query}`
  }

  async stop(): Promise<void> {
    const { pid } = this.child
    const ended = new Promise((resolve) => this.child.once('exit', resolve))
    if (pid !== undefined && this.child.exitCode === null) {
      process.kill(-pid, 'SIGTERM')
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000))])
      if (this.child.exitCode === null && this.child.signalCode === null) {
        process.kill(-pid, 'SIGKILL')
      }
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  private async ready(): Promise<void> {
    for (let attempt = 0; attempt < 300; attempt++) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/healthz`).catch(() => undefined)
      if (answer?.ok) return
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    throw new Error('code-server does not answer')
  }
}

/** What VS Code notes down when a language pack is installed: here of one without any translations. */
function addLanguagePack(userData: string, language: string): void {
  const translations = join(userData, 'main.i18n.json')
  writeFileSync(translations, JSON.stringify({ version: '1.0.0', contents: {} }))
  const extension = { extensionIdentifier: { id: 'test.language-pack' }, version: '1.0.0' }
  const pack = { hash: 'test', label: language, extensions: [extension] }
  writeFileSync(
    join(userData, 'languagepacks.json'),
    JSON.stringify({ [language]: { ...pack, translations: { vscode: translations } } }),
  )
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new Error('no free port'))
      })
    })
  })
}
