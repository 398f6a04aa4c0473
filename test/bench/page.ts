import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { collectRunView } from '../../src/extension/dashboard/collect'
import { RunFeed } from '../../src/extension/dashboard/feed'
import { pageHtml } from '../../src/extension/webview/html'
import { appendEpoch } from './longRun'
import { median } from './median'

const browser = process.env.E2E_CHROMIUM ?? '/usr/bin/chromium'
const packages = resolve('test/e2e/package.json')
/** Milliseconds that the dashboard of a long run may take to open. */
const budget = 500

/**
 * Opens the dashboard of a long run in a real browser, in a frame as VS Code does, and tells it all that the host has
 * found. The host reads the log while the page loads, so that opening takes the longer of the two, and the drawing.
 */
export async function pageSpeed(runDir: string, epochs: number): Promise<void> {
  let next = epochs
  const missing = [
    ...(existsSync(browser) ? [] : [`Chromium at ${browser} (E2E_CHROMIUM)`]),
    ...(existsSync(resolve('test/e2e/node_modules/playwright-core')) ? [] : ['npm ci in test/e2e']),
  ]
  if (missing.length > 0) {
    console.log(`dashboard page: SKIPPED, needs ${missing.join('; ')}`)
    return
  }
  const { chromium } = createRequire(packages)('playwright-core')
  const running: Browser = await chromium.launch({
    ...{ executablePath: browser, args: ['--no-sandbox'] },
  })
  try {
    for (const tab of ['metrics', 'gamma']) {
      const times: Opened[] = []
      for (let i = 0; i < 7; i++) times.push(await open(running, runDir, tab, () => next++))
      row(
        `dashboard page, ${tab}: loads`,
        times.map(({ listens }) => listens),
      )
      row(
        '  draws all charts in sight',
        times.map(({ draws }) => draws),
      )
      pauseRow(times)
    }
  } finally {
    await running.close()
  }
}

function row(name: string, times: readonly number[]): void {
  const ms = median(times)
  const ratio = (budget / ms).toFixed(1).padStart(7)
  console.log(`${name.padEnd(46)} ${ms.toFixed(1).padStart(9)} ms   ${ratio} × within ${budget} ms`)
}

/** A page that misses a frame stands still for two of those that it shows at rest. */
function pauseRow(times: readonly Opened[]): void {
  const rest = median(times.map((one) => one.rest))
  const pauses = times.flatMap((one) => one.pauses)
  const missed = pauses.filter((pause) => pause > 1.5 * rest).length
  const ms = median(pauses)
  const ratio = (ms / rest).toFixed(1).padStart(7)
  const name = '  between two frames, as an epoch comes'
  console.log(
    `${name.padEnd(46)} ${ms.toFixed(1).padStart(9)} ms   ${ratio} × ${rest.toFixed(1)} ms at rest; ${missed} of ${pauses.length} epochs cost a frame`,
  )
}

/**
 * Milliseconds until the page listens, from the first message until its charts are drawn, and of the longest pause
 * between two frames, at rest and as each further epoch comes.
 */
type Opened = {
  readonly listens: number
  readonly draws: number
  readonly rest: number
  readonly pauses: readonly number[]
}

/** @param next the epoch that comes while the page is open */
async function open(
  running: Browser,
  runDir: string,
  tab: string,
  next: () => number,
): Promise<Opened> {
  const page = await running.newPage({ viewport: { width: 1280, height: 900 } })
  await page.addInitScript({ path: 'test/bench/frame.js' })
  await page.addInitScript(`benchState = ${JSON.stringify({ runDirs: [runDir], tab })}`)
  const server = await serve(runDir, next)
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return await page.evaluate<Opened>('openFrame()')
  } finally {
    await page.close()
    server.close()
  }
}

/** Serves the page, and what the extension's host has to say of a run. */
async function serve(runDir: string, next: () => number): Promise<Server> {
  const feed = new RunFeed(runDir)
  let now = performance.now()
  const answers: Readonly<Record<string, () => Promise<Buffer> | Buffer | string>> = {
    '/': () => '<!DOCTYPE html><body style="margin: 0">',
    '/page': pageDocument,
    '/dashboard.js': () => readFileSync('dist/webview/dashboard.js'),
    '/dashboard.css': () => readFileSync('dist/webview/dashboard.css'),
    '/messages': async () => pack([start, ...(await news(feed))]),
    '/more': async () => {
      appendEpoch(runDir, next())
      now += endedMs
      return pack(await news(feed, now))
    },
  }
  const server = createServer(async ({ url = '/' }, response) => {
    const type = url.endsWith('.js') ? 'javascript' : url.endsWith('.css') ? 'css' : 'html'
    response.setHeader('content-type', `text/${type}; charset=utf-8`)
    response.end(await answers[url]?.())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}

function pageDocument(): string {
  return pageHtml({
    ...{ title: 'bench', language: 'en', cspSource: "'self'", nonce: 'bench' },
    ...{ script: '/dashboard.js', style: '/dashboard.css' },
  })
}

const start = { type: 'start', language: 'en', texts: {} }

/** More than a run that has ended is left alone. */
const endedMs = 120_000

/** What the page is told of a run when the host has looked at it. */
async function news(feed: RunFeed, now = performance.now()): Promise<readonly object[]> {
  const { runDir } = feed
  const update = await feed.look(now)
  const more = await feed.lookAtGammas()
  if (!update || !more) throw new Error(`nothing new in ${runDir}`)
  return [
    { type: 'runs', runs: [collectRunView(update.run, false)] },
    { type: 'epochs', runDir, ...update.epochs },
    { type: 'gammas', runDir, ...more.gammas },
    { type: 'advice', runDir, advice: more.advice },
  ]
}

/**
 * Messages as bytes: the length of a text in 4 bytes, the text, and numbers. In the text, JSON, a typed array is its
 * kind, where its bytes begin and how many numbers it has.
 */
function pack(messages: readonly object[]): Buffer {
  const parts: Buffer[] = []
  let at = 0
  const text = JSON.stringify(messages, (_, value) => {
    if (!ArrayBuffer.isView(value)) return value
    const { buffer, byteOffset, byteLength } = value
    const place = { kind: value.constructor.name, at, length: (value as Uint8Array).length }
    parts.push(Buffer.from(buffer, byteOffset, byteLength))
    at += byteLength
    return place
  })
  const length = Buffer.alloc(4)
  length.writeUInt32LE(Buffer.byteLength(text))
  return Buffer.concat([length, Buffer.from(text), ...parts])
}

type Browser = {
  newPage(options: { viewport: { width: number; height: number } }): Promise<Page>
  close(): Promise<void>
}
type Page = {
  goto(url: string): Promise<unknown>
  addInitScript(script: string | { readonly path: string }): Promise<void>
  evaluate<T>(expression: string): Promise<T>
  close(): Promise<void>
}
