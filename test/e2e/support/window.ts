import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Frame, type Locator, type Page } from 'playwright-core'
import { again } from './again'
import { QuickInput } from './quickInput'
import type { Server } from './server'

export type WindowOptions = {
  readonly width?: number
  readonly height?: number
}

let browser: Browser | undefined

/** One window of VS Code, as a person drives it. */
export class Window extends QuickInput {
  private constructor(
    page: Page,
    private readonly name: string,
  ) {
    super(page)
  }

  static async open(
    server: Server,
    workspace: string | undefined,
    name: string,
    options: WindowOptions = {},
  ): Promise<Window> {
    browser ??= await chromium.launch({
      executablePath: process.env.E2E_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu'],
    })
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1400, height: options.height ?? 900 },
    })
    const page = await context.newPage()
    const window = new Window(page, name)
    // A busy machine takes its time over the workbench's scripts: what counts is that it appears.
    try {
      await page.goto(server.url(workspace), { waitUntil: 'commit' })
      await window.settled()
    } catch (error) {
      await window.keepEvidence('opening')
      throw error
    }
    return window
  }

  static async closeBrowser(): Promise<void> {
    await browser?.close()
    browser = undefined
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }

  /** As a person does: once more where the page stays blank, before any extension is there. */
  async reload(): Promise<void> {
    await again(async () => {
      await this.page.reload({ waitUntil: 'commit' })
      await this.settled()
    }, 2)
  }

  /** Runs a command of the palette by its title, once it is there: a window that has just opened has few. */
  async command(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input')
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first()
    await again(async () => {
      await this.page.keyboard.press('Escape')
      await this.page.keyboard.press('F1')
      await input.waitFor({ timeout: 5000 })
      // An editor that opens meanwhile closes the box.
      await input.fill(`>${title}`, { timeout: 5000 })
      await row.waitFor({ timeout: 5000 })
    })
    await this.page.keyboard.press('Enter')
  }

  /**
   * Runs a command and chooses from the list that it shows: once more where that has closed, as a page that had the focus
   * before the palette may take it back late.
   */
  async commandAndChoose(title: string, entry: string | RegExp): Promise<void> {
    await again(async () => {
      await this.command(title)
      await (typeof entry === 'string' ? this.choose(entry) : this.pick(entry))
    }, 3)
  }

  /** Whether the palette offers a command. */
  async offers(title: string): Promise<boolean> {
    await this.page.keyboard.press('F1')
    const input = this.page.locator('.quick-input-widget input.input')
    await input.fill(`>${title}`)
    // What is listed before the list follows the words says nothing.
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first()
    const offered = await row.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    )
    await this.page.keyboard.press('Escape')
    return offered
  }

  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P')
    const input = this.page.locator('.quick-input-widget input.input')
    await input.waitFor()
    await input.fill(name)
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: name })
    await row.first().waitFor()
    await this.page.keyboard.press('Enter')
  }

  /** Chooses from the light bulb's menu where the cursor is. */
  async mend(title: string): Promise<void> {
    const menu = this.page.locator('.action-widget').first()
    const row = menu.locator('.monaco-list-row', { hasText: title }).first()
    await again(async () => {
      // Without a menu to close, it would take the cursor out of a notebook's cell.
      if (await menu.isVisible()) await this.page.keyboard.press('Escape')
      await this.page.keyboard.press('Control+.')
      await row.waitFor({ timeout: 5000 })
    })
    await row.click()
  }

  /** Opens the extension's side bar. */
  async openSideBar(): Promise<void> {
    const icon = this.page.locator('.activitybar a[aria-label^="YOLOv5 Slim"]')
    try {
      await icon.waitFor({ timeout: 120_000 })
    } catch (error) {
      await this.keepEvidence('opening')
      throw error
    }
    const shown = this.page.locator('.sidebar .composite.title', { hasText: /YOLOv5 Slim/i })
    if (!(await shown.isVisible())) await icon.click()
  }

  /** A row of a tree in the side bar. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row', { hasText: text }).first()
  }

  /** A run in the tree, by its name. */
  run(name: string): Locator {
    return this.page.locator(`.sidebar .monaco-list-row[aria-label^="${name},"]`).first()
  }

  /** Chooses an entry of a row's context menu. */
  async menu(row: Locator, entry: string): Promise<void> {
    await row.click({ button: 'right' })
    const item = this.page.locator('.monaco-menu .action-label', { hasText: entry }).first()
    await item.waitFor()
    // A menu that has just opened swallows what comes at once: it takes it for the click that opened it.
    await this.page.waitForTimeout(400)
    await item.click()
  }

  /** Names of the entries of a row's context menu. */
  async menuOf(row: Locator): Promise<readonly string[]> {
    await row.click({ button: 'right' })
    const items = this.page.locator('.monaco-menu .action-item:not(.disabled) .action-label')
    await items.first().waitFor()
    const names = (await items.allInnerTexts()).map((text) => text.trim())
    await this.page.keyboard.press('Escape')
    return names.filter((name) => name !== '')
  }

  /** Presses a button that a row has when it is pointed at. */
  async inline(row: Locator, name: string): Promise<void> {
    await row.hover()
    await row.locator(`.actions a[aria-label^="${name}"]`).click()
  }

  /** Answers the question that is open in the middle of the window. */
  async answer(button: string): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box')
    await dialog.locator('.monaco-button', { hasText: button }).click()
  }

  /** What a notification with this text says; it is put away. */
  async says(text: string | RegExp): Promise<string> {
    const toast = this.page.locator('.notification-toast', { hasText: text }).first()
    await toast.waitFor({ timeout: 150_000 })
    const said = await toast.innerText()
    await this.command('Notifications: Clear All Notifications')
    return said
  }

  /** An entry of the status bar. */
  status(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text }).first()
  }

  /** The innermost frame of the webview in which `selector` is found. */
  async webview(selector: string, timeout = 60_000): Promise<Frame> {
    const end = Date.now() + timeout
    while (Date.now() < end) {
      for (const frame of this.page.frames()) {
        const found = await frame.$(selector).catch(() => null)
        if (found && frame !== this.page.mainFrame()) return frame
      }
      await this.page.waitForTimeout(250)
    }
    throw new Error(`no webview shows ${selector}`)
  }

  /** What was copied last. */
  async clipboard(): Promise<string> {
    await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    return this.page.evaluate(() => navigator.clipboard.readText())
  }

  async screenshot(file: string): Promise<void> {
    await this.page.screenshot({ path: file })
  }

  /** Keeps what a failed test saw. */
  async keepEvidence(test: string): Promise<void> {
    const folder = process.env.E2E_EVIDENCE ?? join(import.meta.dirname, '..', 'evidence')
    mkdirSync(folder, { recursive: true })
    await this.screenshot(join(folder, `${this.name}-${test.replace(/\W+/g, '-')}.png`))
  }

  private async settled(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 90_000 })
    await this.page.locator('.statusbar').waitFor()
  }
}
