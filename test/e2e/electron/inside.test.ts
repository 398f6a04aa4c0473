import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
  runTests,
} from '@vscode/test-electron'
import { afterAll, expect, it } from 'vitest'
import type { InsideResult } from '../inside/main'
import { insideWorkspace } from '../support/workspace'

const workspace = insideWorkspace()
const data = mkdtempSync(join(tmpdir(), 'yolov5-slim-electron-'))

afterAll(() => {
  workspace.remove()
  rmSync(data, { recursive: true, force: true, maxRetries: 5 })
})

it('does its work by VS Code’s own API, in the desktop’s', async () => {
  const { VSCODE = 'stable', E2E_VSIX = '', E2E_INSIDE = '' } = process.env
  const vscodeExecutablePath = existsSync(VSCODE) ? VSCODE : await downloadAndUnzipVSCode(VSCODE)
  const own = { reuseMachineInstall: true }
  const places = [
    ...['--user-data-dir', join(data, 'data')],
    ...['--extensions-dir', join(data, 'extensions')],
  ]
  const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(vscodeExecutablePath, own)
  execFileSync(cli ?? '', [...args, '--install-extension', E2E_VSIX, ...places])
  const results = join(workspace.folder, 'inside.json')
  await runTests({
    ...{ ...own, vscodeExecutablePath },
    extensionDevelopmentPath: E2E_INSIDE,
    extensionTestsPath: join(E2E_INSIDE, 'main.cjs'),
    extensionTestsEnv: { YOLOV5_SLIM_INSIDE_DESKTOP: results },
    launchArgs: [workspace.folder, ...places, '--disable-workspace-trust'],
  })
  const found = JSON.parse(readFileSync(results, 'utf8')) as readonly InsideResult[]
  expect(found.filter(({ error }) => error)).toEqual([])
  expect(found.length).toBeGreaterThan(3)
})
