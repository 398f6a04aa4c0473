// `npm run test:e2e`: sets everything up, packages the extension, and runs the suite on it in a real VS Code.
// Arguments go to vitest: `npm run test:e2e -- tree` runs the files whose name contains "tree". E2E_MINUTES bounds the
// whole suite: a file that would begin later is skipped.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  bundleInside,
  folder,
  insideFolder,
  packageExtension,
  preparePackages,
  root,
  run,
  runVitest,
} from './prepare.mjs'
import { ensureRuntime, ensureTensorBoard, findChromium } from './runtime.mjs'

const minutes = Number(process.env.E2E_MINUTES ?? Number.POSITIVE_INFINITY)
/** What people come for, which is gone through first where time is short; the demo, which takes minutes, last of these. */
const journeys = ['mismatch', 'form', 'life', 'loop', 'failures', 'looks', 'trust', 'tree', 'first']

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
  const env = {
    E2E_CHROMIUM: chromium,
    E2E_NODE: runtime.node,
    E2E_CODE_SERVER: runtime.entry,
    E2E_VSIX: vsix,
    E2E_INSIDE_VSIX: inside,
    E2E_TENSORBOARD: tensorBoard,
  }
  const args = process.argv.slice(2)
  process.exitCode = Number.isFinite(minutes) ? runFor(args, env) : runSuite(args, env)
} finally {
  rmSync(work, { recursive: true, force: true })
}

function runSuite(args, env) {
  return runVitest('vitest.config.ts', args, env)
}

/** File by file, as long as there is time; the exit code of the first that failed. */
function runFor(args, env) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'))
  let failed = 0
  for (const name of new Set([...journeys.map((journey) => `${journey}.test.ts`), ...files])) {
    if (performance.now() > minutes * 60_000) {
      console.log(`SKIPPED, needs more time than there is here: test/e2e/${name}`)
      continue
    }
    const status = runSuite([`test/e2e/${name}`, ...args], env)
    failed ||= status
  }
  return failed
}
