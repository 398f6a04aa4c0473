import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { seriousFindings } from './support/axe'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { quick, sampleWorkspace, slim, type Workspace } from './support/workspace'

/** `kind` is what VS Code calls the theme on the body of a page; it falls back where it does not know the name. */
type Look = { readonly theme: string; readonly kind: string; readonly locale?: 'zh-CN' }

const looks: readonly Look[] = [
  { theme: 'Default Dark Modern', kind: 'vscode-dark', locale: 'zh-CN' },
  { theme: 'Default High Contrast', kind: 'vscode-high-contrast' },
  { theme: 'Default Light Modern', kind: 'vscode-light' },
]

describe.each(looks)('in $theme, $locale', ({ theme, kind, locale }) => {
  let workspace: Workspace
  let session: Session
  let window: Window
  const isChinese = locale === 'zh-CN'
  const said = (english: string | RegExp, chinese: string | RegExp) =>
    isChinese ? chinese : english
  /** How many Chinese characters a page shows; the workspace's own name has three. */
  const letters = async (frame: Frame, selector: string) =>
    (await frame.locator(selector).first().innerText()).match(/[\u4e00-\u9fff]/g)?.length ?? 0

  async function check(frame: Frame): Promise<void> {
    const classes = await frame.evaluate(() => [...document.body.classList])
    expect(classes).toContain(kind)
    expect(await seriousFindings(frame)).toEqual([])
  }

  beforeAll(async () => {
    workspace = await sampleWorkspace()
    const sparse = ['--weights', 'shapes.pt', '--epochs', '2', '--sr', 'auto', '--name', 'thin']
    await slim(workspace.checkout, ['sparse', ...quick, ...sparse])
    cpSync(join(workspace.checkout, 'shapes.pt'), join(workspace.folder, 'shapes.pt'))
    session = await openSession(workspace, `looks-${locale ?? theme}`, {
      settings: { 'workbench.colorTheme': theme },
      ...(locale ? { locale } : {}),
    })
    window = session.window
  }, 400_000)
  closeAfterwards(() => session)

  it('has its tree and its palette', async () => {
    await window.run('thin').waitFor({ timeout: patience })
    const label = await window.run('thin').getAttribute('aria-label')
    expect(label).toMatch(said(/Sparse, finished/, /稀疏.*完成/))
    const title = said('YOLOv5 Slim: Sparse Training', 'YOLOv5 Slim: 稀疏训练')
    // The palette lists what was there when it was opened.
    await expect.poll(() => window.offers(`${title}`), { timeout: patience }).toBe(true)
  })

  it('has the form of a stage, worked from the keyboard alone', async () => {
    await window.command(`${said('YOLOv5 Slim: Sparse Training', 'YOLOv5 Slim: 稀疏训练')}`)
    const form = await window.webview('#field-data', patience)
    expect((await letters(form, 'body')) > 30).toBe(isChinese)
    await check(form)
    const { keyboard } = window.page
    const isAt = (selector: string) =>
      form.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)
    async function tabTo(selector: string): Promise<void> {
      for (let i = 0; i < 90 && !(await isAt(selector)); i++) await keyboard.press('Tab')
      expect(await isAt(selector)).toBe(true)
    }
    const wanted: Readonly<Record<string, string>> = {
      ...{ weights: 'shapes.pt', data: 'data/shapes.yaml', epochs: '1', batch: '8' },
      ...{ imgsz: '64', sr: '0.00001', name: 'typed' },
    }
    const fields = await form.evaluate(() =>
      [...document.querySelectorAll('[id^=field-]')].map(({ id }) => id.slice('field-'.length)),
    )
    // From field to field by Tab, in the order in which they stand.
    for (const field of fields.filter((name) => name in wanted)) {
      await tabTo(`#field-${field}`)
      await keyboard.press('Control+A')
      // The workbench hears of it too, and selects all once more a moment later.
      await window.page.waitForTimeout(1000)
      await keyboard.type(wanted[field] ?? '')
    }
    await form.waitForSelector('#said-sr .warning', { timeout: patience })
    await window.keepEvidence('form')
    const start = 'vscode-button[appearance=primary]'
    await form.waitForSelector(`${start}:not([disabled])`, { timeout: patience })
    await tabTo(start)
    await keyboard.press('Enter')
    await window.run('typed').waitFor({ timeout: patience })
    // Its charts open by themselves; the next test looks at those of another.
    await window.webview('table.runs tbody tr', patience)
    await window.command('View: Close All Editors')
  })

  it('has the charts of a run', async () => {
    await window.run('thin').click()
    const frame = await window.webview('table.runs tbody tr', patience)
    await frame.locator('figure.chart canvas').first().waitFor({ timeout: patience })
    expect((await letters(frame, 'body')) > 30).toBe(isChinese)
    await check(frame)
    for (const tab of ['gamma', 'prune', 'hardware']) {
      await frame.locator(`#tab-${tab}`).click()
      if (tab === 'prune') await frame.waitForSelector('.preview .layers', { timeout: patience })
      await window.page.waitForTimeout(1000)
      await check(frame)
      await window.keepEvidence(tab)
    }
  })

  it('has the checkpoint with its prune preview', async () => {
    const frame = await openPreview()
    expect((await letters(frame, 'body')) > 30).toBe(isChinese)
    await check(frame)
    await window.keepEvidence('checkpoint')
  })

  async function openPreview(): Promise<Frame> {
    await window.commandAndChoose(
      `${said('YOLOv5 Slim: Open Checkpoint', 'YOLOv5 Slim: 打开检查点')}`,
      /shapes\.pt/,
    )
    return window.webview('.preview .layers', patience)
  }
})
