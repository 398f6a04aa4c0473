import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { figuresTable } from './figures'
import { seed } from './random'

/** Bundles the processes that are killed, and prints what the tests counted once they are through. */
export async function setup(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'yolov5-slim-faults-'))
  const processes = join(import.meta.dirname, '../processes')
  await build({
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' },
    entryPoints: ['writer', 'starter'].map((name) => join(processes, `${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
  })
  process.env.FAULTS_PROCESSES = folder
  process.env.FAULTS_FIGURES = join(folder, 'figures.jsonl')
  return () => {
    console.log(`\nFaults and load, counted (FAULTS_SEED=${seed})\n\n${figuresTable()}\n`)
    rmSync(folder, { recursive: true, force: true })
  }
}
