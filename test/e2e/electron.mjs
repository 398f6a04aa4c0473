// `npm run test:electron`: the tests that run inside VS Code, in the desktop's. Downloads VS Code into `.vscode-test/`, so
// it wants a network, and on Linux a display (`xvfb-run -a npm run test:electron`). VSCODE names one that is there, or the
// version to download.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  bundleInside,
  insideFolder,
  packageExtension,
  preparePackages,
  runVitest,
} from './prepare.mjs'

preparePackages()
const work = mkdtempSync(join(tmpdir(), 'yolov5-slim-electron-'))
try {
  const vsix = join(work, 'yolov5-slim.vsix')
  packageExtension(vsix)
  await bundleInside()
  const env = { E2E_VSIX: vsix, E2E_INSIDE: insideFolder }
  process.exitCode = await runVitest('electron/vitest.config.ts', process.argv.slice(2), env)
} finally {
  rmSync(work, { recursive: true, force: true })
}
