import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { quick, sampleWorkspace, slim, type Workspace } from './support/workspace'

const epochs = 4

describe('what a dashboard is good for afterwards', () => {
  let workspace: Workspace
  let session: Session
  let window: Window
  beforeAll(async () => {
    workspace = await sampleWorkspace()
    const flags = ['--weights', 'shapes.pt', '--epochs', String(epochs), '--sr', '0.00001']
    await slim(workspace.checkout, ['sparse', ...quick, ...flags, '--name', 'thin'])
    session = await openSession(workspace, 'saving')
    window = session.window
    await window.inline(window.run('thin'), 'Open Dashboard')
  }, 300_000)
  closeAfterwards(() => session)

  const dashboard = () => window.webview('figure.chart canvas', patience)
  const chart = async () =>
    (await dashboard()).locator('figure.chart', { hasText: 'mAP50_95' }).first()
  const written = async (file: string): Promise<Buffer> => {
    await expect
      .poll(() => statSync(file, { throwIfNoEntry: false })?.size, { timeout: patience })
      .toBeGreaterThan(0)
    return readFileSync(file)
  }
  async function save(kind: 'PNG' | 'SVG' | 'CSV', of = chart, name = 'chart'): Promise<Buffer> {
    await (await of()).hover()
    await (await of()).locator('vscode-button', { hasText: kind }).click()
    const file = join(workspace.folder, `${name}.${kind.toLowerCase()}`)
    await window.choosePath(file)
    return written(file)
  }

  it('saves a chart’s numbers: a head and a row for each epoch', async () => {
    const csv = (await save('CSV')).toString('utf8')
    // Excel would not read Chinese without.
    expect(csv.at(0)).toBe('\uFEFF')
    const lines = csv.slice(1).trimEnd().split('\r\n')
    const [head, ...rows] = lines.map((line) => line.split(','))
    expect(head).toEqual(['epoch', 'thin'])
    expect(rows.map(([epoch]) => Number(epoch))).toEqual([1, 2, 3, 4])
    for (const [, score] of rows) expect(Number(score)).toBeGreaterThan(0)
  })

  it('saves a chart’s pixels', async () => {
    const png = await save('PNG')
    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
    const canvas = (await chart()).locator('canvas')
    const [width, height] = await canvas.evaluate((it: HTMLCanvasElement) => [it.width, it.height])
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width, height])
  })

  it('saves a chart as a drawing with its title, axes and line', async () => {
    const svg = (await save('SVG')).toString('utf8')
    const drawn = await (await dashboard()).evaluate((text: string) => {
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml')
      return {
        root: parsed.documentElement.nodeName,
        title: parsed.querySelector('title')?.textContent,
        texts: [...parsed.querySelectorAll('text')].map(({ textContent }) => textContent),
        paths: parsed.querySelectorAll('path').length,
      }
    }, svg)
    expect(drawn).toMatchObject({ root: 'svg', title: 'mAP50_95' })
    expect(drawn.texts).toContain(String(epochs))
    expect(drawn.paths).toBeGreaterThan(0)
  })

  it('saves the curve of the prune preview too, and has its numbers as a table', async () => {
    await (await dashboard()).locator('#tab-prune').click()
    const frame = await window.webview('canvas.curve', patience)
    const curve = async () => frame.locator('figure.chart:has(canvas.curve)')
    const csv = (await save('CSV', curve, 'curve')).toString('utf8').trimEnd().split('\r\n')
    expect(csv.length).toBeGreaterThan(100)
    expect(csv[0]).toContain('|gamma|')
    const svg = (await save('SVG', curve, 'curve')).toString('utf8')
    expect(svg).toMatch(/<text[^>]*>50 %<\/text>/)
    await (await curve()).locator('vscode-button', { hasText: 'Table' }).click()
    expect(await (await curve()).locator('tbody tr').count()).toBe(csv.length - 1)
    await window.keepEvidence('curve')
  })

  it('saves a report that draws its charts and asks no other machine for anything', async () => {
    const file = join(workspace.folder, 'report.html')
    await (await dashboard()).locator('vscode-button', { hasText: 'Save report' }).click()
    await window.choosePath(file)
    await written(file)
    const page = await window.page.context().newPage()
    const asked: string[] = []
    const problems: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('pageerror', (error) => problems.push(error.message))
    await page.goto(pathToFileURL(file).href)
    expect(await page.locator('table').innerText()).toContain('thin')
    await page.locator('canvas#scores[role=img]').waitFor()
    const colours = await page.locator('canvas#scores').evaluate((it: HTMLCanvasElement) => {
      const pixels = it.getContext('2d')?.getImageData(0, 0, it.width, it.height).data
      return new Set(new Uint32Array(pixels?.buffer ?? new ArrayBuffer(0))).size
    })
    expect(colours).toBeGreaterThan(2)
    expect({ asked, problems }).toEqual({ asked: [pathToFileURL(file).href], problems: [] })
    expect(readFileSync(file, 'utf8')).not.toMatch(/(?:src|href)=["']?(?:https?:)?\/\//)
    await page.close()
  })

  it('begins the same training again with the sr that is suggested', async () => {
    const frame = await dashboard()
    await frame.locator('#tab-gamma').click()
    const restart = frame.locator('.card.too-small vscode-button', { hasText: 'Restart with sr' })
    await restart.waitFor({ timeout: patience })
    const suggested = /[\d.e-]+(?=…)/.exec((await restart.innerText()) ?? '')?.[0] ?? ''
    expect(Number(suggested)).toBeGreaterThan(0.00001)
    await restart.click()
    const form = await window.webview('#field-sr', patience)
    const filled = { sr: suggested, epochs: String(epochs), data: 'data/shapes.yaml', batch: '8' }
    for (const [key, value] of Object.entries(filled))
      await expect.poll(() => form.inputValue(`#field-${key}`), { timeout: patience }).toBe(value)
    expect(await form.inputValue('#field-weights')).toBe('shapes.pt')
  })
})
