import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { collectRunView } from '../../src/extension/dashboard/collect'
import { RunFeed } from '../../src/extension/dashboard/feed'
import { pageHtml } from '../../src/extension/webview/html'
import { median } from './median'

const origin = 'http://page.test'
const browser = process.env.E2E_CHROMIUM ?? '/usr/bin/chromium'
const packages = resolve('test/e2e/package.json')

/** What the page is sent of a run, as JSON: a typed array as its kind and its numbers. */
async function messagesOf(runDir: string): Promise<string> {
  const update = await new RunFeed(runDir).look()
  if (!update) throw new Error(`nothing in ${runDir}`)
  const { run, epochs, gammas, advice } = update
  const messages = [
    { type: 'start', language: 'en', texts: {} },
    { type: 'runs', runs: [collectRunView(run, false)] },
    { type: 'epochs', runDir, ...epochs },
    { type: 'gammas', runDir, ...gammas },
    { type: 'advice', runDir, advice },
  ]
  return JSON.stringify(messages, (_, value) =>
    ArrayBuffer.isView(value)
      ? { kind: value.constructor.name, values: Array.from(value as unknown as number[]) }
      : value,
  )
}

/** The dashboard's page with a long run, in a real browser, against the half second that it may take. */
export async function pageSpeed(runDir: string): Promise<void> {
  const missing = [
    ...(existsSync(browser) ? [] : [`Chromium at ${browser} (E2E_CHROMIUM)`]),
    ...(existsSync(resolve('test/e2e/node_modules/playwright-core')) ? [] : ['npm ci in test/e2e']),
  ]
  if (missing.length > 0) {
    console.log(`dashboard page: SKIPPED, needs ${missing.join('; ')}`)
    return
  }
  const { chromium } = createRequire(packages)('playwright-core')
  const script = readFileSync('test/bench/drawInPage.js', 'utf8')
  const messages = JSON.stringify(await messagesOf(runDir))
  const running = await chromium.launch({ executablePath: browser, args: ['--no-sandbox'] })
  try {
    for (const tab of ['metrics', 'gamma']) {
      const times: (readonly [number, number])[] = []
      for (let i = 0; i < 5; i++) {
        const page = await running.newPage({ viewport: { width: 1280, height: 900 } })
        await serve(page, { runDirs: [runDir], tab })
        times.push(await page.evaluate(`${script}; drawInPage(${messages})`))
        await page.close()
      }
      const [first, all] = [0, 1].map((i) => median(times.map((time) => time[i] ?? 0)))
      row(`dashboard page, ${tab}: first chart drawn`, first ?? 0)
      row('  all charts in sight', all ?? 0)
    }
  } finally {
    await running.close()
  }
}

function row(name: string, ms: number): void {
  const ratio = (500 / ms).toFixed(1).padStart(7)
  console.log(`${name.padEnd(46)} ${ms.toFixed(1).padStart(9)} ms   ${ratio} × within its 500 ms`)
}

type Page = {
  route(glob: string, answer: (route: Route) => Promise<void>): Promise<void>
  goto(url: string): Promise<unknown>
  addInitScript(script: string): Promise<void>
}
type Route = {
  request(): { url(): string }
  fulfill(answer: { readonly contentType: string; readonly body: string }): Promise<void>
}

async function serve(page: Page, state: unknown): Promise<void> {
  const html = pageHtml({
    ...{ title: 'bench', language: 'en', cspSource: origin, nonce: 'bench' },
    ...{ script: `${origin}/dashboard.js`, style: `${origin}/dashboard.css` },
  })
  await page.route(`${origin}/**`, (route) => {
    const [, kind] = /dashboard\.(js|css)$/.exec(route.request().url()) ?? []
    if (!kind) return route.fulfill({ contentType: 'text/html', body: html })
    const body = readFileSync(`dist/webview/dashboard.${kind}`, 'utf8')
    return route.fulfill({ contentType: kind === 'js' ? 'text/javascript' : 'text/css', body })
  })
  const api = `{ postMessage() {}, setState() {}, getState: () => (${JSON.stringify(state)}) }`
  await page.addInitScript(`globalThis.acquireVsCodeApi = () => (${api})`)
  await page.goto(`${origin}/`)
}
