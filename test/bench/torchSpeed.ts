import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type Work = 'train' | 'infer'

export type TorchModel = {
  readonly python: string
  readonly checkout: string
  /** n or s. */
  readonly size: string
  readonly pixels: number
  readonly batchSize: number
}

/**
 * The release's own model, loss and optimizer, as its train.py puts them together, in a process that does one step
 * each time it is asked. Inference is of the fused model, up to Detect's raw outputs.
 */
export class TorchSpeed {
  readonly #child
  readonly #lines
  #complaints = ''

  constructor(model: TorchModel) {
    const { python } = model
    this.#child = spawn(python, ['-B', '-u', '-c', program(model)])
    this.#child.stderr.on('data', (text) => {
      this.#complaints = (this.#complaints + text).slice(-2000)
    })
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  /** Does it once; seconds it took. */
  async seconds(work: Work): Promise<number> {
    this.#child.stdin.write(`${work}\n`)
    // What the release prints on loading comes before.
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done) throw new Error(this.#complaints)
      const took = /^seconds (\S+)$/.exec(value)?.[1]
      if (took !== undefined) return Number(took)
    }
  }

  end(): void {
    this.#child.stdin.end()
  }
}

function program({ checkout, size, pixels, batchSize }: TorchModel): string {
  return `import sys, time, copy; sys.path.insert(0, ${JSON.stringify(checkout)})
import torch, models.yolo
from utils.loss import ComputeLoss
from utils.torch_utils import ModelEMA
model = models.yolo.Model(${JSON.stringify(join(checkout, 'models', `yolov5${size}.yaml`))}, ch=3, nc=3)
model.hyp = dict(box=.05, cls=.02, obj=.06, cls_pw=1., obj_pw=1., fl_gamma=0., anchor_t=4., label_smoothing=0.)
model.train(); loss_of = ComputeLoss(model); ema = ModelEMA(model)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=.9, nesterov=True)
x = torch.rand(${batchSize}, 3, ${pixels}, ${pixels})
t = torch.tensor([[i // 3, i % 3, .3 + (i % 5) / 12, .4, .2 + (i % 3) / 10, .3] for i in range(${batchSize} * 3)])
def train():
    loss, _ = loss_of(model(x), t); loss.backward(); optimizer.step(); optimizer.zero_grad(); ema.update(model)
fused = copy.deepcopy(model).eval().fuse()
fused.model[-1].training = True
def infer():
    with torch.no_grad(): fused(x)
for line in sys.stdin:
    s = time.perf_counter(); dict(train=train, infer=infer)[line.strip()](); print('seconds', time.perf_counter() - s)`
}
