// Bundles and runs the benchmarks: `npm run bench [-- name …]`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { build } from 'esbuild'

const folder = mkdtempSync(join(tmpdir(), 'yolov5-slim-bench-'))
try {
  const outfile = join(folder, 'bench.cjs')
  await build({
    entryPoints: ['test/bench/bench.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  })
  const builds = spawnSync(process.execPath, ['esbuild.config.mjs', '--production'], {
    stdio: 'inherit',
  })
  if (builds.status !== 0) process.exit(1)
  const { status } = spawnSync(process.execPath, [outfile, folder, ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
