import { describe, expect, it } from 'vitest'
import { probe } from './capabilities'
import { sourcesOf } from './sources'
import { NEW_STYLE, OLD_STYLE, type Tree } from './testTrees'

const capabilitiesOf = (tree: Tree) => probe(sourcesOf('/', new Map(Object.entries(tree))))

describe('probe', () => {
  it('reads the old style', () => {
    const { modules, trainFlags, evaluationFlags, ...rest } = capabilitiesOf(OLD_STYLE)
    expect(rest).toEqual({
      trainSignature: ['hyp', 'opt', 'device', 'tb_writer'],
      trainEntry: 'script',
      evaluation: 'test',
      dataLoaderModule: 'utils.datasets',
      clipsGradients: false,
      callbacks: {},
      results: 'results.txt',
      bnParamGroup: 0,
      modelClass: 'Model',
      segmentation: false,
      classification: false,
      yamlActivation: false,
      dataPath: false,
      dataBase: 'cwd',
      dataKeys: ['train', 'val', 'nc', 'names'],
      dictNames: false,
      hyp: 'data/hyp.scratch.yaml',
      layout: 'repository',
      slimmingScripts: [],
    })
    expect(modules).toEqual(
      expect.arrayContaining(['Conv', 'C3', 'Detect', 'MixConv2d', 'nn.Upsample']),
    )
    expect(modules).not.toContain('Detections')
    expect(trainFlags).toHaveLength(9)
    expect(evaluationFlags.map(({ dest }) => dest)).toEqual(['task'])
  })

  it('reads the new style', () => {
    const { modules, trainFlags, evaluationFlags, ...rest } = capabilitiesOf(NEW_STYLE)
    expect(rest).toEqual({
      trainSignature: ['hyp', 'opt', 'device', 'callbacks'],
      trainEntry: 'main',
      evaluation: 'val',
      dataLoaderModule: 'utils.dataloaders',
      clipsGradients: true,
      callbacks: {
        on_train_start: [],
        on_train_batch_end: ['model', 'ni', 'imgs', 'targets', 'paths', 'vals'],
        on_train_epoch_end: ['epoch'],
        on_model_save: ['last', 'sync_bn'],
      },
      results: 'results.csv',
      bnParamGroup: 2,
      modelClass: 'DetectionModel',
      segmentation: true,
      classification: true,
      yamlActivation: true,
      dataPath: true,
      dataBase: 'root',
      dataKeys: ['train', 'val', 'names'],
      dictNames: true,
      hyp: 'data/hyps/hyp.scratch-low.yaml',
      layout: 'repository',
      slimmingScripts: [],
    })
    expect(modules).toContain('Segment')
    expect(trainFlags.find(({ dest }) => dest === 'optimizer')?.choices).toContain('AdamW')
    expect(evaluationFlags).toHaveLength(1)
  })

  it('goes by the sources, not by the neighbouring release', () => {
    const between = {
      ...NEW_STYLE,
      'train.py': (NEW_STYLE['train.py'] ?? '').replace(/^.*(unscale_|clip_grad).*$/gm, ''),
    }
    expect(capabilitiesOf(between)).toMatchObject({ clipsGradients: false, dictNames: true })
  })

  it('follows modules that a fork keeps in files of its own', () => {
    const fork = {
      ...OLD_STYLE,
      'models/yolo.py': `from models.pruned import *\nfrom models.bifpn import (\n    BiFPN_Add2,\n)\n${OLD_STYLE['models/yolo.py']}`,
      'models/pruned.py': 'class C3Pruned(nn.Module):\n    pass\n',
    }
    expect(capabilitiesOf(fork).modules).toEqual(expect.arrayContaining(['C3Pruned', 'BiFPN_Add2']))
  })

  it('follows what models/common.py passes on, in folders too', () => {
    const fork = {
      ...OLD_STYLE,
      'models/common.py': `from PIL import Image\nfrom models.blocks.swin import *\n${OLD_STYLE['models/common.py']}`,
      'models/blocks/swin.py': 'class SwinBlock(nn.Module):\n    pass\n',
    }
    const { modules } = capabilitiesOf(fork)
    expect(modules).toContain('SwinBlock')
    expect(modules).not.toContain('Image')
  })

  const withYolo = (head: string, more: Tree = {}): Tree => ({
    ...OLD_STYLE,
    'models/yolo.py': `${head}${OLD_STYLE['models/yolo.py']}`,
    ...more,
  })

  it('takes functions that make layers, but not the helpers that every release has', () => {
    const { modules, moreModules } = capabilitiesOf(
      withYolo('from models.fasternet import *\nfrom models.repvit import repvit_m1\n', {
        'models/fasternet.py': 'def fasternet_t0():\n    pass\n\n\ndef _init():\n    pass\n',
        'models/repvit.py': '',
        'models/common.py': `def autopad(k):\n    pass\n\n\n${OLD_STYLE['models/common.py']}`,
      }),
    )
    expect(modules).toEqual(expect.arrayContaining(['fasternet_t0', 'repvit_m1']))
    for (const name of ['autopad', 'parse_model', '_init']) expect(modules).not.toContain(name)
    expect(moreModules).toBeUndefined()
  })

  it('follows packages, and what they import of their own', () => {
    const { modules } = capabilitiesOf(
      withYolo('from models.attention import *\n', {
        'models/attention/__init__.py': 'from .cbam import *\nfrom .eca.block import ECA\n',
        'models/attention/cbam.py': 'from ..blocks import *\nclass CBAM(nn.Module):\n    pass\n',
        'models/blocks.py': 'class Gate(nn.Module):\n    pass\n',
      }),
    )
    expect(modules).toEqual(expect.arrayContaining(['CBAM', 'ECA', 'Gate']))
  })

  it.each([
    'from torchvision.ops import *\n',
    'from models.missing import *\n',
    'from models.common import Conv\nfrom nets.swin import *\n',
  ])('says that there may be more modules: %j', (head) => {
    expect(capabilitiesOf(withYolo(head)).moreModules).toBe(true)
  })

  it('says so where unknown names are handed on to timm', () => {
    const tree = withYolo('')
    const parser = `${tree['models/yolo.py']}    m = timm.create_model(m, features_only=True)\n`
    expect(capabilitiesOf({ ...tree, 'models/yolo.py': parser }).moreModules).toBe(true)
  })
})
