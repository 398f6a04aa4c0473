import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openCheckpoint } from '../../src/core/checkpoint/checkpoint'
import { inspectCheckpoint } from '../../src/core/checkpoint/inspect'
import { checkpointModel } from '../../src/core/checkpoint/model'
import { moduleTree } from '../../src/core/checkpoint/moduleTree'
import { networkCost } from '../../src/core/slimming/cost'
import { buildChannelGraph } from '../../src/core/slimming/graph'
import { defaultPlanOptions, planPrune } from '../../src/core/slimming/plan'
import { rankGroups } from '../../src/core/slimming/ranking'
import { dashboardSpeed } from './dashboard'
import { engineSpeeds } from './engines'
import { sparseEpochs } from './epochs'
import { median } from './median'
import { profileSteps } from './profile'

/**
 * Speed as ratios, both sides in one run on one machine. Needs `YOLOV5_CHECKOUTS` and a Python with torch to make
 * the checkpoints; without them only the dashboard is measured, and that is said.
 */
const [folder = '.', ...wanted] = process.argv.slice(2)
const python = process.env.YOLOV5_SLIM_PYTHON ?? 'python3'
const release = 'v6.2'
const checkout = join(process.env.YOLOV5_CHECKOUTS ?? '', release)

function time(repeat: number, work: () => void): number {
  work()
  return median(
    Array.from({ length: repeat }, () => {
      const start = performance.now()
      work()
      return performance.now() - start
    }),
  )
}

function checkpoint(size: string): string {
  const file = join(folder, `yolov5${size}.pt`)
  if (existsSync(file)) return file
  const script = resolve('test/checkouts/random_checkpoint.py')
  const result = spawnSync(python, ['-B', script, checkout, `models/yolov5${size}.yaml`, file], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: checkout },
  })
  if (result.status !== 0) throw new Error(result.stderr.slice(-2000))
  return file
}

function row(name: string, ours: number, other: number, what: string): void {
  const ratio = (other / ours).toFixed(1)
  console.log(
    `${name.padEnd(46)} ${ours.toFixed(1).padStart(9)} ms   ${ratio.padStart(7)} × ${what}`,
  )
}

/** Milliseconds from process start, and of a second reading in the same process. */
function pythonGammas(file: string): { readonly fresh: number; readonly warm: number } {
  const code = `import sys, time; sys.path.insert(0, ${JSON.stringify(checkout)})
import torch, models.yolo
def gammas():
    c = torch.load(${JSON.stringify(file)}, map_location='cpu')
    return [m.weight.detach().float().numpy() for m in c['model'].modules() if isinstance(m, torch.nn.BatchNorm2d)]
gammas()
if sys.argv[1:] == ['twice']:
    t = time.perf_counter(); gammas(); print((time.perf_counter() - t) * 1e3)`
  const run = (...args: string[]): string => {
    const { stdout, stderr, status } = spawnSync(python, ['-B', '-c', code, ...args], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr.slice(-2000))
    return stdout
  }
  const warm = Number(run('twice').trim().split('\n').at(-1))
  return { fresh: time(3, () => run()), warm }
}

const benches: Readonly<Record<string, () => void | Promise<void>>> = {
  /** Every gamma of a 174 MB checkpoint. */
  gammas: () => {
    const file = checkpoint('x')
    const ours = time(9, () => {
      const opened = openCheckpoint(file)
      const { gammas } = inspectCheckpoint(opened)
      if (gammas.length < 100) throw new Error('layers are missing')
      opened.close()
    })
    const { fresh, warm } = pythonGammas(file)
    row('YOLOv5x: gamma of every BN', ours, fresh, 'faster than Python from process start')
    row('', ours, warm, 'faster than torch.load in a warm process')
  },

  /** One move of the percent slider, against the frame it must fit in. */
  slider: () => {
    for (const [size, frame] of [
      ['s', 16],
      ['x', 50],
    ] as const) {
      const opened = openCheckpoint(checkpoint(size))
      const graph = buildChannelGraph(moduleTree(opened, checkpointModel(opened.root).model))
      opened.close()
      const ranking = rankGroups(graph, defaultPlanOptions)
      let percent = 0
      const ours = time(21, () => {
        percent = (percent + 0.037) % 0.9
        const options = { ...defaultPlanOptions, amount: { kind: 'percent', percent } } as const
        const plan = planPrune(graph, options, ranking)
        networkCost(graph, plan.removed, 640)
      })
      row(`YOLOv5${size}: plan and cost at one percent`, ours, frame, `within its ${frame} ms`)
    }
  },

  /** The whole command, from process start to the file on disk. */
  prune: () => {
    const file = checkpoint('s')
    const output = join(folder, 'pruned.pt')
    const args = [
      'dist/cli.cjs',
      'prune',
      '--percent',
      '0.5',
      '--weights',
      file,
      '--output',
      output,
    ]
    const run = (command: string, rest: readonly string[]) => () => {
      const { status, stderr } = spawnSync(command, rest, { encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
    }
    const ours = time(5, run(process.execPath, args))
    const other = time(3, run(python, ['-c', 'import torch']))
    row('YOLOv5s: prune from process start', ours, other, 'faster than `import torch`')
  },

  /** An epoch of sparse training, against the stock script. */
  epochs: () => sparseEpochs(python, checkout, folder),

  /** The built-in engine on each backend, against PyTorch. */
  engines: () => engineSpeeds(python, checkout),

  /** Where its time goes. */
  profile: () => profileSteps(checkout),
}

const missing = [
  ...(existsSync(checkout) ? [] : [`YOLOV5_CHECKOUTS with ${release}/`]),
  ...(spawnSync(python, ['-c', 'import torch']).status === 0
    ? []
    : [`torch in ${python} (YOLOV5_SLIM_PYTHON)`]),
]
async function main(): Promise<void> {
  if (wanted.length === 0 || wanted.includes('dashboard')) await dashboardSpeed(folder)
  if (missing.length > 0) {
    console.log(`bench: SKIPPED, needs ${missing.join('; ')}`)
    return
  }
  for (const [name, bench] of Object.entries(benches)) {
    if (wanted.length === 0 || wanted.includes(name)) await bench()
  }
}

void main()
