import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame } from 'playwright-core'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { golden } from '../cli/program'
import { writeHostile } from '../faults/support/hostile'
import {
  closeAfterwards,
  fillForm,
  openSession,
  patience,
  quickValues,
  type Session,
  startForm,
} from './support/session'
import type { Window } from './support/window'
import { quick, sampleWorkspace, slim, type Workspace } from './support/workspace'

const python = process.env.YOLOV5_SLIM_PYTHON

describe('a run that cannot go well', () => {
  let workspace: Workspace
  let session: Session
  let window: Window

  beforeAll(async () => {
    workspace = await sampleWorkspace()
    const yaml = readFileSync(join(workspace.checkout, 'data', 'shapes.yaml'), 'utf8')
    const narrow = yaml.replace(/^nc:.*$/m, 'nc: 1').replace(/^names:[\s\S]*$/m, 'names: [any]\n')
    const missing = yaml.replace(/^train:.*$/m, 'train: no-such-folder')
    writeFileSync(join(workspace.checkout, 'data', 'narrow.yaml'), narrow)
    writeFileSync(join(workspace.checkout, 'data', 'missing.yaml'), missing)
    // Python is what would execute a checkpoint; the built-in engine never does.
    const settings = {
      'yolov5-slim.engine': 'pytorch',
      ...(python ? { 'yolov5-slim.python': python } : {}),
    }
    session = await openSession(workspace, 'failures', { settings })
    window = session.window
  }, 300_000)
  closeAfterwards(() => session)

  const runs = join('runs', 'train')
  /** What the form has against a field once it says `text`, and that it does not start. */
  async function refused(form: Frame, field: string, text: string): Promise<string> {
    const error = form.locator(`#said-${field} .error`, { hasText: text })
    await error.first().waitFor({ timeout: patience })
    await form.locator('vscode-button[appearance=primary][disabled]').waitFor({ timeout: patience })
    return form.locator(`#said-${field}`).innerText()
  }

  /** What hover and banner say of a run that failed, which both tell by its code and remedy. */
  async function toldOf(name: string, code: string, remedy: string) {
    const row = window.run(name)
    await row.waitFor({ timeout: patience })
    await expect
      .poll(() => row.getAttribute('aria-label'), { timeout: patience })
      .toContain('failed')
    const shown = window.page.locator('.workbench-hover', { hasText: code })
    const point = async () => {
      // A row that is drawn anew under the pointer takes its hover away.
      await window.page.mouse.move(700, 800)
      await row.hover()
      await shown.waitFor({ timeout: 5000 })
    }
    await vi.waitFor(point, { timeout: patience, interval: 500 })
    const hover = await shown.innerText()
    expect(hover).toContain(remedy)
    await row.click()
    const frame = await window.webview(`[role=alert]:has-text("${code}")`, patience)
    const banner = await frame.locator('[role=alert]', { hasText: code }).first().innerText()
    expect(banner).toContain(remedy)
    return { hover, banner }
  }

  it('is not started by a form that names a data set which is not there', async () => {
    await window.command('YOLOv5 Slim: Sparse Training')
    const form = await fillForm(window, { ...quickValues, data: 'data/nowhere.yaml' })
    const nowhere = await refused(form, 'data', 'nowhere.yaml')
    expect(nowhere).toContain('correct the path')
    expect(nowhere).toContain('form/value')
    await form.fill('#field-data', 'data/missing.yaml')
    const missing = await refused(form, 'data', 'no-such-folder')
    expect(missing).toContain('data/missing-path')
    expect(missing).toContain('put the images there')
  })

  it('is not started by a form whose data set has other classes than its labels', async () => {
    const form = await fillForm(window, { data: 'data/narrow.yaml' })
    expect(await refused(form, 'data', 'has a label of class')).toContain('data/class-range')
    expect(existsSync(join(workspace.checkout, runs))).toBe(false)
  })

  it('tells of the file and the class when a label names one that the data set lacks', async () => {
    const labels = join(workspace.folder, 'shapes', 'labels', 'train')
    const [file = ''] = readdirSync(labels).filter((name) => name.endsWith('.txt'))
    const whole = readFileSync(join(labels, file), 'utf8')
    writeFileSync(join(labels, file), `${whole}77 0.5 0.5 0.2 0.2\n`)
    rmSync(join(workspace.folder, 'shapes', 'labels', 'train.cache'), { force: true })
    const train = ['--weights', 'shapes.pt', '--epochs', '1', '--name', 'wrong']
    await slim(workspace.checkout, ['train', ...quick, ...train]).catch(() => undefined)
    writeFileSync(join(labels, file), whole)
    const remedy = 'Correct the label, or “nc” and “names” of the data.yaml.'
    const told = await toldOf('wrong', 'data/class-range', remedy)
    expect(told.hover).toContain(file)
    expect(told.banner).toContain('class 77')
  })

  it('is refused in a terminal, and leaves nothing, when its data set is missing', async () => {
    const train = ['--weights', 'shapes.pt', '--epochs', '1', '--name', 'missing']
    const start = (data: string) =>
      slim(workspace.checkout, ['train', ...quick, ...train, '--data', data])
    await expect(start('data/missing.yaml')).rejects.toMatchObject({
      stderr: expect.stringMatching(/data\/missing-path[\s\S]*no-such-folder[\s\S]*put the images/),
    })
    await expect(start('data/nowhere.yaml')).rejects.toMatchObject({
      stderr: expect.stringMatching(/file\/not-found[\s\S]*nowhere\.yaml[\s\S]*Correct the path/),
    })
    expect(existsSync(join(workspace.checkout, runs, 'missing'))).toBe(false)
  })

  it('tells of the data set when it went while the run waited for its turn', async () => {
    const images = join(workspace.folder, 'shapes', 'images')
    const start = (name: string, ...more: string[]) =>
      slim(workspace.checkout, [
        ...['train', ...quick, '--weights', 'shapes.pt', '--name', name, '--detach', ...more],
      ])
    await start('first', '--epochs', '5000', '--patience', '5000')
    await start('late', '--epochs', '1', '--queue')
    renameSync(images, `${images}.away`)
    try {
      await slim(workspace.checkout, ['stop', 'first'])
      const putThere = 'Correct the paths of the data.yaml, or put the images there.'
      const late = await toldOf('late', 'data/missing-path', putThere)
      expect(late.banner).toContain(join(images, 'train'))
    } finally {
      renameSync(`${images}.away`, images)
    }
  })

  it('is not started with a checkpoint that would run a program, unless one agrees', async () => {
    await window.command('YOLOv5 Slim: Train Baseline')
    const witness = join(workspace.checkout, 'witness')
    writeHostile(join(workspace.checkout, 'hostile.pt'), witness, golden('v6.2.pt'))
    const form = await fillForm(window, { ...quickValues, weights: 'hostile.pt', epochs: '1' })
    const said = await refused(form, 'weights', 'checkpoint/unsafe-globals')
    expect(said).toContain('os.system')
    // In the room of a form that has nothing else against it.
    await form.locator('details > summary').first().click()
    await form.click('#field-trustWeights')
    await form.waitForSelector('#said-weights .error', { state: 'detached', timeout: patience })
    expect(existsSync(witness)).toBe(false)
    if (!python) return
    await startForm(form)
    // That it was the checkpoint which was held back, and that it would have.
    await expect.poll(() => existsSync(witness), { timeout: patience }).toBe(true)
  })
})
