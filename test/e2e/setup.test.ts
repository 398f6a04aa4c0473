import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { checkoutWorkspace, emptyWorkspace } from './support/workspace'

/** Releases to get; all but the last have a number. */
const releases = ['v7.0', 'v6.2', 'v6.1', 'v6.0', 'v5.0', 'master']

describe('what sets a workspace up, from the keyboard', () => {
  const workspace = checkoutWorkspace()
  const { folder } = workspace
  /** Stands in for GitHub: a bare repository to which git's own setting leads. */
  const gitConfig = join(folder, '.gitconfig')
  const bare = join(folder, 'yolov5.git')
  let session: Session
  let window: Window

  beforeAll(async () => {
    publish(workspace.checkout, bare)
    writeFileSync(gitConfig, leadTo(bare))
    execFileSync('python3', ['-m', 'venv', '--without-pip', join(folder, 'venv')])
    session = await openSession(workspace, 'setup', {
      env: { GIT_CONFIG_GLOBAL: gitConfig, GIT_CONFIG_NOSYSTEM: '1' },
    })
    window = session.window
    await window.status(/YOLOv5/).waitFor({ timeout: patience })
  }, 300_000)
  closeAfterwards(() => session)

  async function getYolov5(release: string, parent: string): Promise<void> {
    await window.command('YOLOv5 Slim: Get YOLOv5')
    await window.choose('Clone into a folder')
    await window.page.locator('.quick-input-title', { hasText: 'Get YOLOv5' }).waitFor()
    await expect.poll(() => window.choices(), { timeout: patience }).toEqual(releases)
    await window.choose(release)
    await window.choosePath(`${parent}/`)
  }

  it('gets a release, which is found', async () => {
    const parent = join(folder, 'others')
    mkdirSync(parent)
    await getYolov5('v6.2', parent)
    await window.says(/YOLOv5 v6\.2 is in/)
    expect(existsSync(join(parent, 'yolov5', 'models', 'yolo.py'))).toBe(true)
    expect(existsSync(join(parent, 'yolov5', '.git'))).toBe(true)
  })

  it('says what to do without a network, and leaves nothing half fetched', async () => {
    writeFileSync(gitConfig, leadTo('https://127.0.0.1:9/yolov5'))
    const parent = join(folder, 'offline')
    mkdirSync(parent)
    await getYolov5('v7.0', parent)
    const said = await window.says(/git\/offline/)
    expect(said).toContain('Check the network and the proxy')
    expect(existsSync(join(parent, 'yolov5'))).toBe(false)
  })

  const setting = (key: string): unknown => {
    const file = join(folder, '.vscode', 'settings.json')
    return existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))[`yolov5-slim.${key}`]
      : undefined
  }

  it('chooses among the interpreters that are there, each with what it has', async () => {
    await window.command('YOLOv5 Slim: Select Python')
    const venv = window.page.locator('.quick-input-list .monaco-list-row', {
      hasText: 'virtual environment of the workspace',
    })
    await venv.waitFor({ timeout: patience })
    expect(await venv.innerText()).toMatch(/Python 3\.\d+\.\d+[\s\S]*lacks torch/)
    await window.choose('virtual environment of the workspace')
    const path = join(folder, 'venv', 'bin', 'python3')
    await expect.poll(() => setting('python'), { timeout: patience }).toBe(path)
  })

  it('chooses an engine, and says what it lacks', async () => {
    await window.command('YOLOv5 Slim: Select Engine')
    await expect
      .poll(() => window.choices(), { timeout: patience })
      .toEqual(['auto', 'pytorch', 'builtin'])
    await window.choose('pytorch')
    const said = await window.says('python/missing-packages')
    const [, packages] = said.split(`'${join(folder, 'venv', 'bin', 'python3')}' -m pip install `)
    // With the least version that a release's requirements.txt asks for; a stand-in has none.
    expect(packages).toMatch(/^(torch|'torch>=[\d.]+') /)
    expect(setting('engine')).toBe('pytorch')
  })

  it('copies what a report of a problem needs, without the home folder', async () => {
    await window.command('YOLOv5 Slim: Copy Diagnostics')
    await window.status('Diagnostics are on the clipboard').waitFor({ timeout: patience })
    const text = await window.clipboard()
    for (const head of ['Versions', 'Settings', 'YOLOv5', 'Environment', 'Last errors'])
      expect(text).toContain(`### ${head}\n`)
    expect(text).toContain('engine: pytorch')
    expect(text).toContain('v6.2')
    // What went wrong before is in it.
    expect(text).toContain('git/offline')
    expect(text).not.toContain(homedir())
  })

  it('opens what it got, where that lies outside of the workspace', async () => {
    writeFileSync(gitConfig, leadTo(bare))
    const outside = emptyWorkspace()
    try {
      await getYolov5('v6.2', outside.folder)
      const toast = window.page.locator('.notification-toast', { hasText: 'YOLOv5 v6.2 is in' })
      await toast.locator('.monaco-button', { hasText: 'Open folder' }).click()
      await window.page.waitForURL(
        (url) => url.searchParams.get('folder')?.startsWith(outside.folder) === true,
      )
      await window.openSideBar()
      await window.status(/YOLOv5 v6\.2/).waitFor({ timeout: patience })
    } finally {
      outside.remove()
    }
  })
})

/** A bare repository of a checkout, with its release as a tag. */
function publish(checkout: string, bare: string): void {
  const git = (...args: string[]) => execFileSync('git', ['-C', checkout, ...args])
  const person = ['-c', 'user.name=t', '-c', 'user.email=t@example.com']
  git('init', '-q', '-b', 'master')
  git('add', '-f', '.')
  git(...person, 'commit', '-qm', 'v6.2')
  git('tag', 'v6.2')
  execFileSync('git', ['clone', '-q', '--bare', checkout, bare])
}

/** Lines of git's configuration that lead elsewhere what is fetched from GitHub. */
function leadTo(address: string): string {
  return `[url ${JSON.stringify(address)}]\n  insteadOf = https://github.com/ultralytics/yolov5\n`
}
