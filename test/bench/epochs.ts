import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const rounds = 3
const epochs = 4

/**
 * Sparse training through the runner against the stock script, the same command line, alternately. Both are timed
 * from process start to end, and between the first and the last epoch's checkpoints.
 */
export function sparseEpochs(python: string, checkout: string, folder: string): void {
  const copy = join(folder, 'checkout')
  cpSync(checkout, copy, { recursive: true })
  const shapes = join(folder, 'shapes')
  run(
    python,
    [resolve('test/support/draw_shapes.py'), shapes, '--train', '256', '--val', '32'],
    folder,
  )
  const options = [
    '--data',
    join(shapes, 'data.yaml'),
    '--cfg',
    'models/yolov5n.yaml',
    '--weights',
    '',
  ]
  options.push('--imgsz', '160', '--batch-size', '16', '--epochs', String(epochs), '--workers', '0')
  const stock = ['-B', resolve('test/checkouts/stock.py'), copy, 'train.py', ...options]
  const sparse = [
    resolve('dist/cli.cjs'),
    'sparse',
    '--python',
    python,
    '--sr',
    '0.005',
    ...options,
  ]
  const results: { stock: Timing[]; sparse: Timing[] } = { stock: [], sparse: [] }
  for (let round = 0; round <= rounds; round++) {
    const a = timed(copy, `stock${round}`, (name) => run(python, [...stock, '--name', name], copy))
    const b = timed(copy, `sparse${round}`, (name) =>
      run(process.execPath, [...sparse, '--name', name], copy),
    )
    // The first round fills caches.
    if (round > 0) {
      results.stock.push(a)
      results.sparse.push(b)
    }
  }
  for (const [what, pick] of [
    ['whole run', (timing: Timing) => timing.total],
    ['an epoch', (timing: Timing) => timing.epoch],
  ] as const) {
    const [a, b] = [Math.min(...results.stock.map(pick)), Math.min(...results.sparse.map(pick))]
    const percent = ((b / a - 1) * 100).toFixed(1)
    console.log(
      `${`sparse against stock train.py, ${what}`.padEnd(46)} ${b.toFixed(1).padStart(9)} s    ${percent.padStart(7)} % more than ${a.toFixed(1)} s`,
    )
  }
}

type Timing = { readonly total: number; readonly epoch: number }

function timed(checkout: string, name: string, work: (name: string) => string): Timing {
  const start = performance.now()
  const log = work(name)
  const total = (performance.now() - start) / 1000
  // A run of ours keeps what the script printed in its folder; the stock script prints it to us.
  const kept = join(checkout, 'runs/train', name, 'slim/output.log')
  return { total, epoch: epochSeconds(existsSync(kept) ? readFileSync(kept, 'utf8') : log) }
}

/** Mean seconds of an epoch's batches, from the stock progress bar's own clock: `32/32 [00:05<00:00`. */
function epochSeconds(log: string): number {
  const bars = [...log.matchAll(/16\/16 \[(\d+):(\d+)</g)]
  const seconds = bars.map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest))
  return seconds.reduce((a, b) => a + b, 0) / seconds.length
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`)
  return stderr
}
