import { beforeAll, describe, expect, it } from 'vitest'
import { NEW_STYLE, OLD_STYLE } from '../yolov5/testTrees'
import { checkText } from './checkFile'
import type { Clone } from './clone'
import { at, codes, fixed, plantedClone } from './testing'

let v5: Clone
let v7: Clone
/** A release whose evaluation takes what v7.0's does. */
let tested: Clone

const PACKAGES = {
  'models/__init__.py': '',
  'utils/__init__.py': 'def helper():\n    pass\n',
}

beforeAll(async () => {
  tested = await plantedClone({
    ...NEW_STYLE,
    'val.py': 'def run(data, weights=None, b=1, imgsz=1, c=1, i=1, m=1, half=True):\n    pass\n',
  })
  v5 = await plantedClone({
    ...OLD_STYLE,
    ...PACKAGES,
    'utils/google_utils.py': 'def attempt_download(file):\n    pass\n',
    'test.py': 'def test(data, weights=None, batch_size=16):\n    pass\n',
  })
  v7 = await plantedClone({
    ...NEW_STYLE,
    ...PACKAGES,
    'models/experimental.py': `from models.common import *
from utils.downloads import attempt_download


def attempt_load(weights, device=None, inplace=True, fuse=True):
    pass


class Ensemble(nn.ModuleList):
    def __init__(self):
        super().__init__()
`,
    'utils/general.py': `import logging
LOGGER = logging.getLogger()
A, (B, C) = 1, (2, 3)


@TryExcept()
def non_max_suppression(prediction, conf_thres=0.25, *, max_det=300):
    pass


def scale_boxes(a, boxes, b, ratio_pad=None):
    pass


def many(first, second, *rest, **options):
    pass


@cached
def wrapped(a, colors=()):
    global cache
    colors, cache = 1, 2
    def inner():
        pass


if cache:
    try:
        ready = True
    except ValueError:
        ready = False
`,
    'utils/downloads.py': 'def attempt_download(file, release="x"):\n    pass\n',
    'utils/plots.py': 'from utils.general import *\n\n\ndef plot(x):\n    pass\n',
    'utils/star.py': 'from numpy import *\n',
    'val.py': 'def run(data, weights=None, imgsz=640):\n    pass\n',
    'tools/utils/general.py': '',
  })
})

const check = (text: string, clone = v7, name = 'mine.py', torch?: string) =>
  checkText(text, at(clone, name), clone, torch === undefined ? {} : { torch: { version: torch } })
    .findings
const found = (text: string, clone = v7, name = 'mine.py') => codes(check(text, clone, name))

describe('imports', () => {
  it.each([
    'from utils.general import LOGGER, A, B, C, many\nfrom utils import general, helper\n',
    'from models.experimental import Conv, Ensemble, attempt_load\nimport utils.general as g\n',
    'from utils.plots import many\nfrom utils.star import anything\nfrom utils.general import *\n',
    'try:\n    from utils.datasets import LoadImages\nexcept ImportError:\n    from utils.dataloaders import LoadImages\n',
    'if v5:\n\tfrom utils.datasets import LoadImages\n',
    '"""\nfrom utils.datasets import LoadImages\n"""\n# import utils.datasets\n',
    'import test\nimport val\nfrom mine import utils\n',
    'from .utils.datasets import x\nfrom other.utils.datasets import y\n',
    'import sys\nsys.path.insert(0, "x")\nfrom utils.prune_utils import cut\n',
  ])('finds nothing in %j', (text) => {
    expect(found(text)).toEqual([])
    expect(found(text.replaceAll('\n', '\r\n'))).toEqual([])
  })

  it('renames a module that is called otherwise', () => {
    const text = 'from utils.datasets import create_dataloader\n'
    const [finding] = check(text)
    expect(finding).toMatchObject({
      code: 'script/module',
      severity: 'error',
      range: { start: { line: 0, character: 5 }, end: { line: 0, character: 19 } },
    })
    expect(fixed(text, finding)).toBe('from utils.dataloaders import create_dataloader\n')
    expect(finding?.fixes?.[1]).toMatchObject({ kind: 'switch', release: 'v6.1' })
    const late = 'from utils.dataloaders import create_dataloader\n'
    expect(fixed(late, check(late, v5)[0])).toBe(text)
    const script = 'from models.yolo import Model\nimport val\nval.run()\n'
    expect(fixed(script, check(script, v5)[0])).toContain('import test as val\n')
  })

  it('marks what leaves uses below as they are', () => {
    const [plain] = check('import utils.datasets\nutils.datasets.load()\n')
    expect(plain?.fixes?.[0]).not.toHaveProperty('safe')
    for (const line of ['import utils.datasets as d\n', 'from utils.datasets import a\n']) {
      expect(check(line)[0]?.fixes?.[0]).toMatchObject({ safe: true })
    }
  })

  it('knows modules that are taken from a package', () => {
    const text = 'from utils import google_utils, helper\n'
    const [finding] = check(text)
    expect(finding).toMatchObject({ code: 'script/name', severity: 'error' })
    expect(fixed(text, finding)).toBe('from utils import downloads as google_utils, helper\n')
  })

  it('leaves to a folder of its own what lies nearer', () => {
    expect(found('from utils.datasets import x\n', v7, 'tools/a.py')).toEqual([])
  })

  it('warns of modules that no release has', () => {
    expect(found('from utils.prune_utils import BNOptimizer\n')).toEqual(['script/module warning'])
  })

  it.each([
    ['from utils.loggers.clearml.hpo import task', 'v6.2'],
    ['import utils.loggers.comet', 'v7.0'],
    ['from utils.loggers.wandb.sweep import sweep', 'v6.0'],
    ['from utils.flask_rest_api import restapi', 'v6.0'],
    ['import segment', 'v7.0'],
    ['from classify import train', 'v6.2'],
  ])('knows of which release %s is', (line, release) => {
    const [finding] = check(`${line}\n`, v5)
    expect(finding).toMatchObject({ code: 'script/module', severity: 'error' })
    expect(finding?.fixes?.at(-1)).toMatchObject({ kind: 'switch', release })
  })

  it('finds names that a module lacks, and where they are', () => {
    const one = 'from utils.general import plot\n'
    const [finding] = check(one)
    expect(finding).toMatchObject({ code: 'script/name', severity: 'error' })
    expect(fixed(one, finding)).toBe('from utils.plots import plot\n')
    const three = 'if True:\n    pass\ndef f():\n    from utils.general import many, plot as p, A\n'
    expect(fixed(three, check(three)[0])).toBe(
      'if True:\n    pass\ndef f():\n    from utils.plots import plot as p\n    from utils.general import many, A\n',
    )
    const last = 'from utils.general import (\n    many,\n    plot,\n)\n'
    expect(fixed(last, check(last)[0])).toBe(
      'from utils.plots import plot\nfrom utils.general import (\n    many,\n)\n',
    )
  })

  it('takes what is local to a function for no name of the module', () => {
    expect(found('from utils.general import cache, ready, wrapped\n')).toEqual([])
    expect(found('from utils.general import colors, inner\n')).toEqual([
      'script/name error',
      'script/name error',
    ])
  })

  it.each([
    ['from utils.plots import plot_one_box', 'v5.0'],
    ['from utils.torch_utils import load_classifier', 'v6.0'],
    ['from utils.general import clip_coords', 'v6.2'],
    ['from utils.datasets import load_image', 'v6.1'],
    ['from utils.dataloaders import load_image', 'v6.0'],
  ])('knows which release has what is gone: %s', async (line, release) => {
    const clone = await plantedClone({
      ...NEW_STYLE,
      'utils/plots.py': 'x = 1\n',
      'utils/dataloaders.py': 'x = 1\n',
    })
    expect(check(`${line}\n`, clone)[0]?.fixes?.at(-1)).toMatchObject({ kind: 'switch', release })
  })

  it.each([
    ['from models.common import DetectMultiBackend', 'v6.1'],
    ['from utils.plots import Annotator', 'v6.0'],
    ['from utils.general import LOGGER', 'v6.1'],
    ['from utils.torch_utils import smart_inference_mode', 'v6.2'],
    ['import utils.torch_utils as t\nt.time_sync()', 'v6.0'],
  ])('knows which release brought what is not there yet: %s', async (text, release) => {
    const clone = await plantedClone({
      ...OLD_STYLE,
      'utils/plots.py': 'x = 1\n',
      'utils/torch_utils.py': 'x = 1\n',
    })
    const [finding] = check(`${text}\n`, clone)
    expect(finding?.code).toBe('script/name')
    expect(finding?.fixes).toMatchObject([{ kind: 'switch', release }])
  })

  it('renames what changed its name alone', () => {
    const text = 'from utils.general import scale_coords\nscale_coords(1, 2, 3)\n'
    expect(fixed(text, check(text)[0])).toContain('import scale_boxes as scale_coords\n')
  })
})

describe('calls', () => {
  const head = 'from utils.general import many, non_max_suppression, wrapped\n'
  it.each([
    'non_max_suppression(p, 0.1, max_det=3)\n',
    'non_max_suppression(*args, **opts)\nnon_max_suppression(f(a, b), conf_thres=(1, 2))\n',
    'many(1, 2, 3, x=4)\nwrapped(1, 2, 3)\n',
    'def non_max_suppression(a):\n    pass\nnon_max_suppression(1, 2, 3, 4)\n',
    'x.non_max_suppression(1, 2, 3, bad=1)\n# non_max_suppression(bad=1)\n',
    'non_max_suppression(lambda a, b, c, d: 1)\n',
  ])('accepts %j', (text) => {
    expect(found(head + text)).toEqual([])
  })

  it.each([
    ['non_max_suppression(p, merge=True)', 'no argument merge'],
    ['non_max_suppression(p, 0.1, 0.2)', '2 arguments'],
    ['non_max_suppression()', 'needs the argument prediction'],
    ['non_max_suppression(conf_thres=1, *a, bad=(1,\n  2))', 'no argument bad'],
  ])('reports %s', (call, text) => {
    const [finding, ...more] = check(`${head}${call}\n`)
    expect(finding).toMatchObject({ code: 'script/arguments', severity: 'error' })
    expect(finding?.message).toContain(text)
    expect(more).toEqual([])
  })

  it('holds classes and functions of modules to what they take', () => {
    const yolo = 'from models.experimental import Ensemble, attempt_load\nimport val\n'
    expect(found(`${yolo}val.run(d, imgsz=1)\nEnsemble()\n`)).toEqual([])
    expect(found(`${yolo}val.run(d, batch=1)\n`)).toEqual(['script/arguments error'])
    expect(found(`${yolo}val.test(d)\n`)).toEqual(['script/name error'])
    expect(found(`${yolo}attempt_load(w, map_location=d)\nEnsemble(1)\n`)).toHaveLength(2)
    expect(found(`${yolo}def f(val):\n    val.item()\n`)).toEqual([])
  })

  it('writes an argument as the release calls it, and knows which release takes it', () => {
    const head = 'from models.experimental import attempt_load\n'
    const text = `${head}m = attempt_load("a.pt", map_location="cpu")\n`
    const [finding] = check(text)
    expect(fixed(text, finding)).toBe(`${head}m = attempt_load("a.pt", device="cpu")\n`)
    expect(finding?.fixes?.[0]).toMatchObject({ safe: true })
    expect(finding?.fixes?.[1]).toMatchObject({ kind: 'switch', release: 'v6.1' })
    const twice = check(`${head}attempt_load("a.pt", device=d, map_location=d)\n`)
    expect(twice[0]?.fixes).toMatchObject([{ kind: 'switch' }])
    const merge = 'from utils.general import non_max_suppression as nms\nnms(p, merge=True)\n'
    expect(check(merge)[0]?.fixes).toMatchObject([{ kind: 'switch', release: 'v3.1' }])
    expect(check(`${head}attempt_load("a.pt", mine=1)\n`)[0]?.fixes).toEqual([])
  })

  it('leaves no error without a fix where it renames an evaluation', () => {
    const head = 'from models.yolo import Detect\n'
    const text = `${head}import test\nr = test.test(d, w, imgsz=64)\n`
    const renamed = fixed(text, check(text, tested)[0])
    const [finding, ...more] = check(renamed, tested)
    expect(more).toEqual([])
    expect(fixed(renamed, finding)).toBe(
      `${head}import val as test\nr = test.run(d, w, imgsz=64)\n`,
    )
    expect(finding?.fixes?.[0]).toMatchObject({ safe: true })
    const direct = `${head}from val import test\ntest(d, w, half_precision=True, is_coco=1)\n`
    const run = fixed(direct, check(direct, tested)[0])
    expect(run).toContain('import run as test\n')
    const [half] = check(run, tested)
    const halved = fixed(run, half)
    expect(halved).toContain('half=True')
    expect(check(halved, tested)[0]?.fixes).toMatchObject([{ kind: 'switch', release: 'v5.0' }])
    // From the seventh place on they differ.
    const [many] = check(`${head}import val\nval.test(d, w, 1, 2, 3, 4, True)\n`, tested)
    expect(many?.fixes?.[0]).not.toHaveProperty('safe')
  })

  it('follows names through the modules that import them', () => {
    const text = 'from models.experimental import attempt_download\nattempt_download(f, tag=1)\n'
    expect(check(text)[0]?.message).toContain('utils.downloads.attempt_download')
  })

  it('knows what comes from a module that is imported whole', () => {
    const text = 'from models.experimental import *\n'
    expect(found(`${text}attempt_load(w, device=d)\nConv(1)\nlen(attempt_download(f))\n`)).toEqual(
      [],
    )
    expect(found(`${text}attempt_load(w, map_location=d)\n`)).toEqual(['script/arguments error'])
    expect(found(`${text}attempt_download(w, tag=1)\n`)).toEqual(['script/arguments error'])
    for (const own of [
      'def attempt_load(w, x):\n    pass\n',
      'from mine import attempt_load\n',
      'from mine import *\n',
    ]) {
      expect(found(`${text}${own}attempt_load(w, x=d)\n`)).toEqual([])
    }
  })

  it('renames what a module that is imported whole calls otherwise', () => {
    const text = 'from utils.general import *\nx = scale_coords(1, 2, 3)\n'
    const [finding, ...more] = check(text)
    expect(finding).toMatchObject({ code: 'script/name', severity: 'error' })
    expect(fixed(text, finding)).toBe(text.replace('scale_coords', 'scale_boxes'))
    expect(more).toEqual([])
    for (const own of [
      'def scale_coords(a, b, c):\n    pass\n',
      'from mine import scale_coords\n',
      'from mine import *\n',
      'scale_coords = partial(f)\n',
    ]) {
      expect(found(own + text)).toEqual([])
    }
    expect(found('from models.common import *\nscale_coords(1, 2, 3)\n')).toEqual([])
    expect(check(`from utils.plots import *\n${text}`)[0]?.message).toMatch(/^utils\.general/)
  })
})

describe('torch.load', () => {
  const text = 'import torch\nm = torch.load(path, map_location="cpu")\n'

  it('depends on the torch that is there', () => {
    expect(found(text)).toEqual(['script/torch-load information'])
    expect(codes(check(text, v7, 'a.py', '2.6.0'))).toEqual(['script/torch-load warning'])
    expect(codes(check(text, v7, 'a.py', '2.13.1+cu130'))).toEqual(['script/torch-load warning'])
    expect(check(text, v7, 'a.py', '1.13.1')).toEqual([])
    expect(check(text, v7, 'a.py', '2.5.1')).toEqual([])
  })

  it('goes by other names too', () => {
    const renamed = 'import torch as t\nfrom torch import load as read, save\nt.load(a)\nread(b)\n'
    const lines = check(renamed, v7, 'a.py', '2.6.0').map(({ range }) => range.start.line)
    expect(lines).toEqual([2, 3])
    expect(found('from torch import nn\nload(a)\n')).toEqual([])
    expect(found('from torch import load\ndef load(x):\n    pass\nload(a)\n')).toEqual([])
  })

  it('is no news in YOLOv5’s own files', () => {
    expect(found(text, v7, 'detect.py')).toEqual([])
  })

  it('offers what makes it load, not as the fix to take blindly', () => {
    const [finding] = check(text)
    expect(fixed(text, finding)).toContain('map_location="cpu", weights_only=False)')
    expect(finding?.fixes?.[0]).not.toHaveProperty('safe')
    const trailing = 'torch.load(\n    f(a),\n)\n'
    expect(fixed(trailing, check(trailing)[0])).toContain('f(a), weights_only=False,\n)')
    expect(check('torch.load(p, weights_only=True)\ntorch.load(*a)\n')).toEqual([])
  })
})

it('knows where stock hyperparameters are', () => {
  const text = "hyp = 'data/hyp.scratch.yaml'\nx = 'hyp.mine.yaml'\n"
  const [finding, ...more] = check(text)
  expect(finding).toMatchObject({ code: 'script/stock-file', severity: 'warning' })
  expect(more).toEqual([])
  expect(fixed(text, finding)).toContain("'data/hyps/hyp.scratch-low.yaml'")
  expect(finding?.fixes?.[0]).toMatchObject({ safe: true })
  expect(check(text, v5)).toEqual([])
})

it.each([
  ['os.path.join("data", "hyps", "hyp.scratch.yaml")', 'hyp.scratch-low.yaml', true],
  ["ROOT / 'data/hyps' / 'hyp.scratch.yaml'", 'hyp.scratch-low.yaml', true],
  ["ROOT / 'data' / 'hyps/hyp.scratch.yaml'", 'hyps/hyp.scratch-low.yaml', true],
  ['join(dirname(__file__), "hyp.scratch.yaml")', 'hyp.scratch-low.yaml', undefined],
  ["ROOT / 'data' / 'hyp.scratch.yaml'", 'hyp.scratch-low.yaml', undefined],
  ["read('hyp.scratch.yaml')", 'data/hyps/hyp.scratch-low.yaml', undefined],
])('keeps a path whole that a hyperparameter file is joined to: %s', (line, name, safe) => {
  const [finding] = check(`x = ${line}\n`)
  const [fix] = finding?.fixes ?? []
  expect(fix).toMatchObject({ edits: [{ text: name }] })
  expect(fix?.kind === 'edit' && fix.safe).toBe(safe)
})
