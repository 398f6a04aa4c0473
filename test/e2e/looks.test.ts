import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { seriousFindings } from './support/axe'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { quick, sampleWorkspace, slim, type Workspace } from './support/workspace'

type Look = { readonly theme: string; readonly locale?: 'zh-CN' }

const looks: readonly Look[] = [
  { theme: 'Default Dark Modern', locale: 'zh-CN' },
  { theme: 'Default High Contrast' },
  { theme: 'Default Light Modern' },
]

describe.each(looks)('in $theme, $locale', ({ theme, locale }) => {
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
    // From field to field by Tab, to the one for sr.
    const at = () => form.evaluate(() => document.activeElement?.id ?? '')
    for (let i = 0; i < 60 && (await at()) !== 'field-sr'; i++) {
      await window.page.keyboard.press('Tab')
    }
    expect(await at()).toBe('field-sr')
    await window.page.keyboard.press('Control+A')
    // The workbench hears of it too, and selects all once more a moment later.
    await window.page.waitForTimeout(1000)
    await window.page.keyboard.type('0.00001')
    await form.waitForSelector('#said-sr .warning', { timeout: patience })
    await window.keepEvidence('form')
  })

  it('has the charts of a run', async () => {
    await window.run('thin').click()
    const frame = await window.webview('table.runs tbody tr', patience)
    await frame.locator('figure.chart canvas').first().waitFor({ timeout: patience })
    expect((await letters(frame, 'body')) > 30).toBe(isChinese)
    await check(frame)
    for (const tab of ['gamma', 'hardware']) {
      await frame.locator(`#tab-${tab}`).click()
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
