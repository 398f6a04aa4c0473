// `npm run test:e2e`: sets everything up, packages the extension, and runs the suite on it in a real VS Code.
// Arguments go to vitest: `npm run test:e2e -- tree` runs the files whose name contains "tree".
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  bundleInside,
  insideFolder,
  packageExtension,
  preparePackages,
  root,
  run,
  runVitest,
} from './prepare.mjs'
import { ensureRuntime, ensureTensorBoard, findChromium } from './runtime.mjs'

const chromium = findChromium()
if (!chromium) {
  console.log('SKIPPED, needs Chromium: install it, or name it in CHROMIUM.')
  process.exit(process.env.CI ? 1 : 0)
}
preparePackages()
const runtime = ensureRuntime()
const tensorBoard = ensureTensorBoard()
if (!tensorBoard) console.log('SKIPPED, needs python3 with pip: what opens TensorBoard.')
const work = mkdtempSync(join(tmpdir(), 'yolov5-slim-e2e-'))
try {
  const vsix = join(work, 'yolov5-slim.vsix')
  const inside = join(work, 'inside.vsix')
  packageExtension(vsix)
  await bundleInside()
  const vsce = join(root, 'node_modules', '.bin', 'vsce')
  const loose = ['--no-dependencies', '--allow-missing-repository', '--skip-license']
  run(vsce, ['package', ...loose, '--out', inside], insideFolder)
  process.exitCode = runVitest('vitest.config.ts', process.argv.slice(2), {
    E2E_CHROMIUM: chromium,
    E2E_NODE: runtime.node,
    E2E_CODE_SERVER: runtime.entry,
    E2E_VSIX: vsix,
    E2E_INSIDE_VSIX: inside,
    E2E_TENSORBOARD: tensorBoard,
  })
} finally {
  rmSync(work, { recursive: true, force: true })
}
