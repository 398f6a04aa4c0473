import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SlimError } from '../errors'
import { detectCheckout, findCheckouts, notFoundError } from './detect'
import { MAX_SOURCE_BYTES } from './sources'
import { edited, NEW_STYLE, OLD_STYLE, plant, type Tree, without } from './testTrees'

async function detect(tree: Tree) {
  const found = await detectCheckout(plant(tree))
  if (found === undefined) throw new Error('nothing detected')
  return found
}

describe('detectCheckout', () => {
  it('labels both styles with full confidence', async () => {
    expect(await detect(OLD_STYLE)).toMatchObject({ release: 'v5.0', confidence: 1 })
    expect(await detect(NEW_STYLE)).toMatchObject({ release: 'v7.0', confidence: 1 })
  })

  it('gives evidence that a person can read', async () => {
    const { evidence } = await detect(NEW_STYLE)
    expect(evidence).toContain('segment/train.py exists')
    expect(evidence).toContain('models/common.py has class Proto')
    expect(evidence).toContain('pyproject.toml does not exist')
  })

  it.each([
    ['segmentation removed', without(NEW_STYLE, 'segment', 'classify', 'utils/triton.py')],
    ['helpers removed', without(NEW_STYLE, 'utils/autobatch.py', 'utils/callbacks.py', 'val.py')],
    ['no model yaml', without(NEW_STYLE, 'models/yolov5s.yaml', 'requirements.txt')],
    ['CRLF', edited(NEW_STYLE, (text) => text.replaceAll('\n', '\r\n'))],
    ['a fork with scripts', { ...NEW_STYLE, 'train_sparity.py': '', 'prune.py': '' }],
    ['files of a later release', { ...NEW_STYLE, 'pyproject.toml': '' }],
  ])('keeps the label of an edited checkout: %s', async (_name, tree) => {
    const { release, confidence } = await detect(tree)
    expect(release).toBe('v7.0')
    expect(confidence).toBeGreaterThan(0.8)
  })

  it('says what contradicts the label', async () => {
    const { evidence, confidence } = await detect({ ...NEW_STYLE, 'pyproject.toml': '' })
    expect(confidence).toBeLessThan(1)
    expect(evidence).toContain('unlike v7.0: pyproject.toml exists')
  })

  it('takes a file over 1 MB for unreadable rather than reading it', async () => {
    const huge = `${NEW_STYLE['utils/general.py']}\n${'#'.repeat(MAX_SOURCE_BYTES)}`
    const { capabilities } = await detect({ ...NEW_STYLE, 'utils/general.py': huge })
    expect(capabilities.dictNames).toBe(false)
  })

  it('reads a fork’s modules from a folder below models/', async () => {
    const { capabilities } = await detect({
      ...NEW_STYLE,
      'models/yolo.py': `from models.blocks.swin import *\n${NEW_STYLE['models/yolo.py']}`,
      'models/blocks/swin.py': 'class SwinBlock(nn.Module):\n    pass\n',
    })
    expect(capabilities.modules).toContain('SwinBlock')
  })

  it('reads what a package of a fork imports in turn', async () => {
    const { capabilities } = await detect({
      ...NEW_STYLE,
      'models/yolo.py': `from models.attention import *\n${NEW_STYLE['models/yolo.py']}`,
      'models/attention/__init__.py': 'from .spatial import *\n',
      'models/attention/spatial/__init__.py': 'from .cbam import CBAM, cbam_tiny\n',
      'models/attention/spatial/cbam.py': 'class Other(nn.Module):\n    pass\n',
    })
    expect(capabilities.modules).toEqual(expect.arrayContaining(['CBAM', 'cbam_tiny', 'Other']))
    expect(capabilities).not.toHaveProperty('moreModules')
  })

  it('lists the slimming scripts of a fork', async () => {
    const { capabilities, evidence } = await detect({
      ...OLD_STYLE,
      'train_sparity.py': '',
      'finetune_pruned.py': '',
      'notes.py': '',
    })
    expect(capabilities.slimmingScripts).toEqual(['finetune_pruned.py', 'train_sparity.py'])
    expect(evidence.at(-1)).toContain('train_sparity.py')
  })

  it('knows the pip package by its imports', async () => {
    const packaged = edited(NEW_STYLE, (text) =>
      text
        .replace(/^from (utils|models)\./gm, 'from yolov5.$1.')
        .replace('import val as', 'import yolov5.val as'),
    )
    const tree = {
      ...without(packaged, 'requirements.txt'),
      '__init__.py': '__version__ = "7.0.14"\n',
    }
    const { release, confidence, capabilities, evidence } = await detect(tree)
    expect([release, confidence, capabilities.layout]).toEqual(['v7.0', 1, 'packaged'])
    expect(capabilities.evaluation).toBe('val')
    expect(capabilities.modules).toContain('Proto')
    expect(evidence[0]).toContain('7.0.14')
  })

  it('is not taken in by relatives of YOLOv5', async () => {
    const renamed = edited(NEW_STYLE, (text) => text.replaceAll('yolov5', 'yolov7'))
    const relative: Tree = {
      ...without(renamed, 'models/yolov5s.yaml'),
      'cfg/training/yolov7.yaml': '',
    }
    expect(await detectCheckout(plant(relative))).toBeUndefined()
    expect(await detectCheckout(plant({ 'train.py': 'print("yolov5")' }))).toBeUndefined()
  })

  it('takes git as extra evidence, from packed and loose references', async () => {
    const commit = 'a'.repeat(40)
    const packed = `# pack-refs\n${'b'.repeat(40)} refs/tags/v7.0\n^${commit}\n`
    const { evidence, confidence } = await detect({
      ...NEW_STYLE,
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/refs/heads/main': `${commit}\n`,
      '.git/packed-refs': packed,
    })
    expect(evidence.at(-1)).toBe('git: HEAD is tag v7.0 (aaaaaaa)')
    expect(confidence).toBe(1)
  })

  it('does without a broken git folder', async () => {
    const { release, evidence } = await detect({ ...OLD_STYLE, '.git/HEAD': 'nonsense' })
    expect(release).toBe('v5.0')
    expect(evidence.join()).not.toContain('git:')
  })
})

describe('findCheckouts', () => {
  const releasesIn = async (dir: string) => (await findCheckouts(dir)).map(({ release }) => release)

  it('finds the folder itself, one below, two below, and the one around it', async () => {
    const root = plant(NEW_STYLE)
    expect(await releasesIn(root)).toEqual(['v7.0'])
    expect(await releasesIn(join(root, 'models'))).toEqual(['v7.0'])

    const workspace = plant({ 'readme.txt': '' })
    const deep = join(workspace, 'yolov5-7.0', 'yolov5-7.0')
    mkdirSync(deep, { recursive: true })
    plant(NEW_STYLE, deep)
    expect(await releasesIn(join(workspace, 'yolov5-7.0'))).toEqual(['v7.0'])
    expect(await releasesIn(workspace)).toEqual(['v7.0'])
  })

  it('finds several, by path', async () => {
    const workspace = plant({ 'notes/train.py': '' })
    plant(OLD_STYLE, join(workspace, 'b-old'))
    plant(NEW_STYLE, join(workspace, 'a-new'))
    expect(await releasesIn(workspace)).toEqual(['v7.0', 'v5.0'])
  })

  it('finds nothing where nothing is', async () => {
    const empty = plant({ 'a/b.txt': '' })
    expect(await findCheckouts(empty)).toEqual([])
    expect(await findCheckouts(join(empty, 'absent'))).toEqual([])
  })

  it('stands a file that is named instead of a folder', async () => {
    const root = plant(OLD_STYLE)
    expect(await releasesIn(join(root, 'train.py'))).toEqual(['v5.0'])
  })
})

describe('notFoundError', () => {
  it('names the folder and what was looked for', () => {
    const error = notFoundError('/somewhere/else')
    expect(error).toBeInstanceOf(SlimError)
    expect(error.code).toBe('detect/not-found')
    expect(error.message).toContain('/somewhere/else')
    expect(error.message).toContain('models/yolo.py')
    expect(error.remedy).not.toBe('')
  })
})

describe('robustness', () => {
  it('stands a folder where a file is expected', async () => {
    const root = plant(without(NEW_STYLE, 'utils/general.py'))
    mkdirSync(join(root, 'utils/general.py'))
    expect((await detectCheckout(root))?.release).toBe('v7.0')
  })

  it('stands sources that are not Python', async () => {
    const root = plant(NEW_STYLE)
    writeFileSync(join(root, 'models/experimental.py'), Buffer.from([0xff, 0xfe, 0, 40, 40, 34]))
    expect((await detectCheckout(root))?.release).toBe('v7.0')
  })
})
