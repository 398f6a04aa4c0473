// `npm run test:e2e`: sets everything up, packages the extension, and runs the suite on it in a real VS Code.
// Arguments go to vitest: `npm run test:e2e -- tree` runs the files whose name contains "tree".
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { ensureRuntime, ensureTensorBoard, findChromium } from './runtime.mjs'

const folder = import.meta.dirname
const root = resolve(folder, '../..')

const chromium = findChromium()
if (!chromium) {
  console.log('SKIPPED, needs Chromium: install it, or name it in CHROMIUM.')
  process.exit(process.env.CI ? 1 : 0)
}
if (!existsSync(join(folder, 'node_modules', 'playwright-core'))) {
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder)
}
run(join(root, 'node_modules', '.bin', 'tsc'), ['--noEmit', '-p', folder], root)
const runtime = ensureRuntime()
const tensorBoard = ensureTensorBoard()
if (!tensorBoard) console.log('SKIPPED, needs python3 with pip: what opens TensorBoard.')
const work = mkdtempSync(join(tmpdir(), 'yolov5-slim-e2e-'))
try {
  const vsix = join(work, 'yolov5-slim.vsix')
  const inside = join(work, 'inside.vsix')
  run('npm', ['run', '--silent', 'package', '--', '--out', vsix], root)
  await build({
    ...{ bundle: true, platform: 'node', format: 'cjs', external: ['vscode'] },
    entryPoints: [join(folder, 'inside', 'main.ts')],
    outfile: join(folder, 'inside', 'main.cjs'),
  })
  const vsce = join(root, 'node_modules', '.bin', 'vsce')
  const loose = ['--no-dependencies', '--allow-missing-repository', '--skip-license']
  run(vsce, ['package', ...loose, '--out', inside], join(folder, 'inside'))
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--config', join(folder, 'vitest.config.ts'), ...process.argv.slice(2)],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        E2E_CHROMIUM: chromium,
        E2E_NODE: runtime.node,
        E2E_CODE_SERVER: runtime.entry,
        E2E_VSIX: vsix,
        E2E_INSIDE_VSIX: inside,
        E2E_TENSORBOARD: tensorBoard,
      },
    },
  )
  process.exitCode = status ?? 1
} finally {
  rmSync(work, { recursive: true, force: true })
}

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}
