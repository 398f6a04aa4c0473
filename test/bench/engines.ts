import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { backendStart, isInstalled, probe } from '../../src/engines/builtin/backend/choose'
import { type BackendKind, backendKinds } from '../../src/engines/builtin/backend/packages'
import { buildCheckpoint } from '../../src/engines/builtin/checkpoint/build'
import { type OpenModel, openModel } from '../../src/engines/builtin/checkpoint/open'
import type { Batch } from '../../src/engines/builtin/contract'
import { LearnerPool } from '../../src/engines/builtin/learner/pool'
import { fromStateDict } from '../../src/engines/builtin/model/layout'
import { engineFiles } from '../../src/engines/builtin/run/files'
import { newAverage, updateAverage } from '../../src/engines/builtin/training/ema'
import { defaultHyp, lossOptions } from '../../src/engines/builtin/training/hyp'
import {
  newOptimizer,
  optimizerStep,
  parameterGroups,
} from '../../src/engines/builtin/training/optimizer'

const batchSize = 16
const rounds = 5
const release = 'v6.2'

type Speed = { readonly train: number; readonly infer: number }

/**
 * Images a second of a training step (forward, loss, backward, optimizer, moving average) and of inference, for every
 * backend that works here and for PyTorch, the same models, sizes and batch one after the other.
 */
export async function engineSpeeds(python: string, checkout: string): Promise<void> {
  const files = engineFiles(resolve('dist/builtin'))
  const backends: BackendKind[] = []
  for (const kind of backendKinds) {
    const found = isInstalled(kind) ? await probe(kind, files) : undefined
    if (found?.ok && !found.software) backends.push(kind)
  }
  console.log(`images a second, batch ${batchSize}, ${availableParallelism()} cores; × PyTorch`)
  for (const size of ['n', 's']) {
    for (const pixels of [160, 320]) {
      const torch = pytorchSpeed(python, checkout, size, pixels)
      line(size, pixels, 'pytorch', torch, torch)
      for (const kind of backends) {
        const open = model(checkout, size)
        const pool = await LearnerPool.start({
          ...{ graph: open.graph, layout: open.layout, head: open.head },
          loss: lossOptions(defaultHyp(release), open.head, pixels, 0),
          backend: backendStart(kind, files),
          workerFile: files.learnerWorker,
          workers: kind === 'wasm' ? availableParallelism() : 1,
        })
        line(size, pixels, pool.device, await speedOf(pool, open, pixels), torch)
        await pool.dispose()
      }
    }
  }
}

function line(size: string, pixels: number, name: string, speed: Speed, torch: Speed): void {
  const cell = (ours: number, theirs: number): string =>
    `${ours.toFixed(1).padStart(8)} ${`${(ours / theirs).toFixed(2)} ×`.padStart(8)}`
  console.log(
    `YOLOv5${size} ${pixels}px  ${name.padEnd(18)} train ${cell(speed.train, torch.train)}   infer ${cell(speed.infer, torch.infer)}`,
  )
}

function model(checkout: string, size: string): OpenModel {
  const file = join(checkout, 'models', `yolov5${size}.yaml`)
  const bytes = buildCheckpoint({
    ...{ release, file, text: readFileSync(file, 'utf8'), nc: 3, names: ['a', 'b', 'c'], seed: 0 },
    anchorsPerLevel: undefined,
  })
  return openModel(file, bytes, release)
}

function randomBatch(pixels: number): Batch {
  const images = new Uint8Array(batchSize * pixels * pixels * 3)
  for (let i = 0; i < images.length; i++) images[i] = (i * 2654435761) >>> 24
  const targets = Array.from({ length: batchSize * 3 }, (_, i) => [
    ...[Math.floor(i / 3), i % 3, 0.3 + (i % 5) / 12, 0.4, 0.2 + (i % 3) / 10, 0.3],
  ])
  return {
    ...{ images, count: batchSize, height: pixels, width: pixels, sources: [] },
    targets: Float32Array.from(targets.flat()),
  }
}

async function speedOf(pool: LearnerPool, open: OpenModel, pixels: number): Promise<Speed> {
  const { parameters, statistics } = fromStateDict(open.layout, open.tensors)
  const batch = randomBatch(pixels)
  const state = newOptimizer('SGD', parameters.length)
  const groups = parameterGroups(open.layout, {
    ...{ release, optimizer: 'SGD', weightDecay: 5e-4, frozen: () => false },
  })
  const average = newAverage(parameters, statistics)
  const rates = { lr: 1e-4, biasLr: 1e-4, momentum: 0.9, accumulate: 1 }
  await pool.load(parameters, statistics)
  const train = await seconds(async () => {
    const { gradients } = await pool.step(batch)
    optimizerStep(state, parameters, gradients, groups, rates)
    updateAverage(average, parameters, statistics)
    await pool.load(parameters, statistics)
  })
  const infer = await seconds(async () => {
    await pool.infer(batch)
  })
  return { train: batchSize / train, infer: batchSize / infer }
}

/** Median of some rounds after one to warm up. */
async function seconds(work: () => Promise<void>): Promise<number> {
  await work()
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    const start = performance.now()
    await work()
    times.push((performance.now() - start) / 1000)
  }
  return times.sort((a, b) => a - b)[rounds >> 1] ?? Number.NaN
}

/** The release's own model, loss and optimizer, as its train.py puts them together. */
function pytorchSpeed(python: string, checkout: string, size: string, pixels: number): Speed {
  const code = `import sys, time, copy; sys.path.insert(0, ${JSON.stringify(checkout)})
import torch, models.yolo
from utils.loss import ComputeLoss
from utils.torch_utils import ModelEMA
model = models.yolo.Model(${JSON.stringify(join(checkout, 'models'))} + '/yolov5${size}.yaml', ch=3, nc=3)
model.hyp = dict(box=.05, cls=.02, obj=.06, cls_pw=1., obj_pw=1., fl_gamma=0., anchor_t=4., label_smoothing=0.)
model.train(); loss_of = ComputeLoss(model); ema = ModelEMA(model)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=.9, nesterov=True)
x = torch.rand(${batchSize}, 3, ${pixels}, ${pixels})
t = torch.tensor([[i // 3, i % 3, .3 + (i % 5) / 12, .4, .2 + (i % 3) / 10, .3] for i in range(${batchSize} * 3)])
def train():
    loss, _ = loss_of(model(x), t); loss.backward(); optimizer.step(); optimizer.zero_grad(); ema.update(model)
fused = copy.deepcopy(model).eval().fuse()
def infer():
    with torch.no_grad(): fused(x)
for work in (train, infer):
    work(); times = []
    for _ in range(${rounds}):
        s = time.perf_counter(); work(); times.append(time.perf_counter() - s)
    print(${batchSize} / sorted(times)[${rounds >> 1}])`
  const { stdout, stderr, status } = spawnSync(python, ['-B', '-c', code], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr.slice(-2000))
  const [train = Number.NaN, infer = Number.NaN] = stdout.trim().split('\n').slice(-2).map(Number)
  return { train, infer }
}
