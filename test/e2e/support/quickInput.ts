import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { again } from './again'

/** The box at the top of a window, in which VS Code asks and lets choose. */
export class QuickInput {
  constructor(readonly page: Page) {}

  /** Types into the box at the top, and confirms. */
  async fill(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input')
    await input.waitFor()
    await input.fill(text)
    await this.page.keyboard.press('Enter')
  }

  /** Answers the question at the top whose words have this in them. */
  async ask(question: string, answer: string): Promise<void> {
    await this.page
      .locator('.quick-input-widget', { hasText: question })
      .waitFor({ timeout: 60_000 })
    await this.fill(answer)
  }

  /** Names a file or folder in the dialog that asks for one. */
  async choosePath(path: string): Promise<void> {
    const widget = this.page.locator('.quick-input-widget')
    const input = widget.locator('input.input')
    const accept = widget.locator('.quick-input-action .monaco-button').first()
    // It puts the folder that it begins with into the box once it has read that, over what was typed meanwhile.
    const parent = widget.locator('.monaco-list-row .label-name', { hasText: /^\.\.$/ })
    await parent.waitFor({ timeout: 60_000 })
    await expect.poll(() => input.inputValue(), { timeout: 60_000 }).toContain('/')
    await again(async () => {
      await input.fill(path)
      expect(await input.inputValue()).toBe(path)
      await accept.click({ timeout: 5000 })
      await parent.waitFor({ state: 'hidden', timeout: 5000 })
    })
  }

  /** Chooses from the list at the top. */
  async pick(text: string | RegExp): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first()
    await row.waitFor({ timeout: 60_000 })
    await row.click({ timeout: 5000 })
  }

  /** Chooses from the list at the top by typing what one looks for. */
  async choose(text: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first()
    await row.waitFor({ timeout: 60_000 })
    await this.page.locator('.quick-input-widget input.input').fill(text)
    const focused = this.page.locator('.quick-input-list .monaco-list-row.focused')
    await focused.filter({ hasText: text }).waitFor({ timeout: 60_000 })
    await this.page.keyboard.press('Enter')
  }

  /** Names of the entries of the list at the top. */
  async choices(): Promise<readonly string[]> {
    const rows = this.page.locator('.quick-input-list .monaco-list-row')
    await rows.first().waitFor({ timeout: 60_000 })
    return rows
      .locator('.quick-input-list-rows > .quick-input-list-row:first-child .label-name')
      .allInnerTexts()
  }
}
