import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'

/** Small trees with the seams of real releases, written for the tests. */
export type Tree = Readonly<Record<string, string>>

const YAML_C3 = `nc: 3
depth_multiple: 0.33
width_multiple: 0.5
anchors:
  - [10,13, 16,30]
backbone:
  [[-1, 1, Conv, [64, 3, 2]],
   [-1, 3, C3, [128]]]
head:
  [[[1], 1, Detect, [nc, anchors]]]
`

/** Script style: everything under `__main__`, test.py, results.txt. */
export const OLD_STYLE: Tree = {
  'train.py': `import argparse
import test  # evaluation
from models.yolo import Model
from utils.datasets import create_dataloader
from utils.loss import ComputeLoss


def train(hyp, opt, device, tb_writer=None):
    results_file = opt.save_dir / 'results.txt'
    decay, rest, biases = [], [], []
    for k, v in model.named_modules():
        if isinstance(v.bias, nn.Parameter):
            biases.append(v.bias)
        if isinstance(v, nn.BatchNorm2d):
            rest.append(v.weight)
        elif hasattr(v, 'weight'):
            decay.append(v.weight)
    optimizer = optim.SGD(rest, lr=hyp['lr0'])
    optimizer.add_param_group({'params': decay, 'weight_decay': 0.1})
    optimizer.add_param_group({'params': biases})
    # clip_grad_norm_(model.parameters()) is only talked about
    loss = ComputeLoss(model)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--weights', type=str, default='yolov5s.pt', help='start')
    parser.add_argument('--hyp', type=str, default='data/hyp.scratch.yaml')
    parser.add_argument('--img-size', nargs='+', type=int, default=[640, 640])
    parser.add_argument('--adam', action='store_true')
    parser.add_argument('--project', default='runs/train')
    parser.add_argument('--quad', action='store_true')
    parser.add_argument('--linear-lr', action='store_true')
    parser.add_argument('--upload_dataset', action='store_true')
    parser.add_argument('--label-smoothing', type=float, default=0.0)
    opt = parser.parse_args()
`,
  'test.py': `if __name__ == '__main__':
    parser.add_argument('--task', default='val')
`,
  'models/yolo.py': `from models.common import *
from models.experimental import MixConv2d


class Detect(nn.Module):
    pass


class Model(nn.Module):
    pass


def parse_model(d, ch):
    return d['anchors']
`,
  'models/common.py': `class Conv(nn.Module):
    act = nn.SiLU()


class C3(nn.Module):
    pass


class C3TR(C3):
    pass


class SPP(nn.Module):
    pass


class Concat(nn.Module):
    pass


class Detections:
    pass
`,
  'models/experimental.py': 'class MixConv2d(nn.Module):\n    pass\n',
  'models/yolov5s.yaml': YAML_C3,
  'utils/general.py': `def check_dataset(dict):
    val, s = dict.get('val'), dict.get('download')
`,
  'utils/autoanchor.py': '',
  'utils/datasets.py': '',
  'utils/loss.py': '',
  'utils/metrics.py': '',
  'utils/plots.py': '',
  'utils/wandb_logging/wandb_utils.py': '',
  'data/hyp.scratch.yaml': 'lr0: 0.01\n',
  'README.md': 'YOLOv5',
  'tutorial.ipynb': '{}',
}

/** Function style with callbacks, val.py, segmentation and results.csv. */
export const NEW_STYLE: Tree = {
  'train.py': `import argparse
import val as validate
from utils.autobatch import check_train_batch_size
from utils.dataloaders import create_dataloader
from utils.loss import ComputeLoss
from utils.torch_utils import smart_optimizer


def train(hyp, opt, device, callbacks):  # the loop
    callbacks.run('on_train_start')
    optimizer = smart_optimizer(model, opt.optimizer)
    loss = ComputeLoss(model)
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=10.0)
    callbacks.run('on_train_batch_end', model, ni, imgs, targets, paths, list(mloss))
    callbacks.run('on_train_epoch_end', epoch=epoch)
    callbacks.run('on_model_save', last, opt.sync_bn)
    check_train_batch_size(model)


def parse_opt(known=False):
    parser = argparse.ArgumentParser()
    parser.add_argument('--weights', type=str, default=ROOT / 'yolov5s.pt')
    parser.add_argument('--hyp', type=str, default=ROOT / 'data/hyps/hyp.scratch-low.yaml')
    parser.add_argument('--imgsz', '--img', '--img-size', type=int, default=640)
    parser.add_argument('--optimizer', type=str, choices=['SGD', 'Adam', 'AdamW'], default='SGD')
    parser.add_argument('--project', default=ROOT / 'runs/train')
    parser.add_argument('--quad', action='store_true')
    parser.add_argument('--upload_dataset', nargs='?', const=True, default=False)
    parser.add_argument('--label-smoothing', type=float, default=0.0)
    parser.add_argument('--patience', type=int, default=100)
    parser.add_argument('--cos-lr', action='store_true')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--noplots', action='store_true')
    return parser.parse_args()


def main(opt, callbacks=Callbacks()):
    train(opt.hyp, opt, device, callbacks)


if __name__ == '__main__':
    main(parse_opt())
`,
  'val.py': "def parse_opt():\n    parser.add_argument('--task', default='val')\n",
  'models/yolo.py': `from models.common import *


class Detect(nn.Module):
    pass


class Segment(Detect):
    pass


class DetectionModel(BaseModel):
    pass


def parse_model(d, ch):
    act = d.get('activation')
`,
  'models/common.py': `class Conv(nn.Module):
    default_act = nn.SiLU()


class C3(nn.Module):
    pass


class C3TR(C3):
    pass


class SPPF(nn.Module):
    pass


class Concat(nn.Module):
    pass


class Proto(nn.Module):
    pass


class DetectMultiBackend(nn.Module):
    pass
`,
  'models/yolov5s.yaml': YAML_C3,
  'utils/general.py': `def check_dataset(data, autodownload=True):
    if isinstance(data['names'], (list, tuple)):
        data['names'] = dict(enumerate(data['names']))
    data['nc'] = len(data['names'])
    path = Path(data.get('path') or '')
    if not path.is_absolute():
        path = (ROOT / path).resolve()
    r = exec(s, {'yaml': data})
`,
  'utils/torch_utils.py': `def smart_optimizer(model, name):
    g = [], [], []
    bn = tuple(v for k, v in nn.__dict__.items() if 'Norm' in k)
    for v in model.modules():
        for p_name, p in v.named_parameters(recurse=0):
            if p_name == 'bias':
                g[2].append(p)
            elif p_name == 'weight' and isinstance(v, bn):
                g[1].append(p)
            else:
                g[0].append(p)
    optimizer = torch.optim.SGD(g[2], lr=lr)
    optimizer.add_param_group({'params': g[0], 'weight_decay': decay})
    optimizer.add_param_group({'params': g[1], 'weight_decay': 0.0})
`,
  'utils/loggers/__init__.py': `class Loggers():
    def on_train_batch_end(self, model, ni, imgs, targets, paths, vals):
        pass
`,
  'utils/augmentations.py': '',
  'utils/autoanchor.py': '',
  'utils/autobatch.py': '',
  'utils/callbacks.py': '',
  'utils/dataloaders.py': '',
  'utils/loss.py': '',
  'utils/metrics.py': '',
  'utils/plots.py': '',
  'utils/triton.py': '',
  'classify/train.py': '',
  'segment/train.py': '',
  'data/hyps/hyp.scratch-low.yaml': 'lr0: 0.01\n',
  'requirements.txt': '# ultralytics>=8\n',
}

/** `tree` without the named files, and without what lies in the named folders. */
export function without(tree: Tree, ...paths: readonly string[]): Tree {
  return Object.fromEntries(
    Object.entries(tree).filter(
      ([path]) => !paths.some((gone) => path === gone || path.startsWith(`${gone}/`)),
    ),
  )
}

/** Every text of `tree` changed by `edit`. */
export function edited(tree: Tree, edit: (text: string) => string): Tree {
  return Object.fromEntries(Object.entries(tree).map(([path, text]) => [path, edit(text)]))
}

const planted: string[] = []

afterAll(() => {
  for (const root of planted.splice(0)) rmSync(root, { recursive: true, force: true })
})

/** A new folder that is removed when the test file is done. */
export function temporaryFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'slim-tree-'))
  planted.push(root)
  return root
}

/** Writes `tree` under `root`, by default a temporary folder; returns the folder. */
export function plant(tree: Tree, root: string = temporaryFolder()): string {
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}
