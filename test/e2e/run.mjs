// `npm run test:e2e`: sets everything up, packages the extension, and runs the suite on it in a real VS Code.
// Arguments go to vitest: `npm run test:e2e -- tree` runs the files whose name contains "tree". E2E_MINUTES bounds the
// whole suite: a file that would begin later is skipped, one that fails is run once more, which is said, and what still
// runs when the longest file would be over is ended. With --gallery it takes the README's pictures instead.
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
/** Minutes for a file that began in time: the longest takes six. */
const grace = 6.5
/**
 * What people come for and what must never happen, which is gone through first where time is short; the demo and the
 * kills of the extension host, which take minutes, last of these.
 */
const journeys = [
  ...['mismatch', 'form', 'life', 'loop', 'rounds', 'failures', 'hostile', 'looks'],
  ...['trust', 'tree', 'commands', 'host', 'first'],
]

const chromium = findChromium()
if (!chromium) {
  console.log('SKIPPED, needs Chromium: install it, or name it in CHROMIUM.')
  process.exit(process.env.CI ? 1 : 0)
}
preparePackages()
const runtime = ensureRuntime()
const tensorBoard = ensureTensorBoard()
if (!tensorBoard) console.log('SKIPPED, needs python3 with pip: what opens TensorBoard.')
if (!process.env.YOLOV5_SLIM_PYTHON)
  console.log(
    'SKIPPED, needs torch in YOLOV5_SLIM_PYTHON: what trains with PyTorch or by a script.',
  )
else if (!process.env.YOLOV5_CHECKOUTS)
  console.log('SKIPPED, needs YOLOV5_CHECKOUTS: the journeys with the PyTorch engine.')
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
  if (args[0] === '--gallery') process.exitCode = await runVitest('gallery.config.ts', [], env)
  else
    process.exitCode = Number.isFinite(minutes)
      ? await runFor(args, env)
      : await runSuite(args, env)
} finally {
  rmSync(work, { recursive: true, force: true })
}

function runSuite(args, env, limit) {
  return runVitest('vitest.config.ts', args, env, limit)
}

/**
 * File by file, as long as there is time; the exit code of the first that failed twice, or that had to be ended. Where the
 * time was over before any journey, that is a failure too: nothing was shown.
 */
async function runFor(args, env) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'))
  const end = minutes * 60_000
  const isLate = () => performance.now() > end
  let failed = 0
  let begun = 0
  for (const name of new Set([...journeys.map((journey) => `${journey}.test.ts`), ...files])) {
    if (isLate()) {
      console.log(`SKIPPED, needs more time than there is here: test/e2e/${name}`)
      continue
    }
    begun++
    const runFile = () =>
      runSuite([`test/e2e/${name}`, ...args], env, end + grace * 60_000 - performance.now())
    let status = await runFile()
    if (status !== 0 && !isLate()) {
      console.log(`FAILED, and is run once more: test/e2e/${name}`)
      status = await runFile()
      if (status === 0) console.log(`FLAKY: test/e2e/${name} passed only when run once more`)
    }
    if (status === undefined)
      console.log(`FAILED, ended for want of time after E2E_MINUTES: test/e2e/${name}`)
    failed ||= status ?? 1
  }
  // They come first: whatever began was one, if anything did.
  if (begun === 0) {
    console.log(`FAILED, no journey was gone through: E2E_MINUTES=${minutes} left no time for one`)
    failed = 1
  }
  return failed
}
