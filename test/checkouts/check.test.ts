import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, extname, join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkText } from '../../src/core/check/checkFile'
import { checkFolder } from '../../src/core/check/checkFolder'
import { cloneOf } from '../../src/core/check/clone'
import { diskFiles } from '../../src/core/check/files'
import { hypKeys } from '../../src/core/check/hypKeys'
import { isCheckable } from '../../src/core/check/kind'
import { scaledModules } from '../../src/core/check/modelTrace'
import { detectCheckout } from '../../src/core/yolov5/detect'
import { type Detection, type Release, releases } from '../../src/core/yolov5/release'

const folder = process.env.YOLOV5_CHECKOUTS
if (folder === undefined || folder === '') {
  throw new Error('Set YOLOV5_CHECKOUTS to a folder that holds checkouts of YOLOv5 releases.')
}
const checkouts: string = folder
const present = releases.filter((release) => existsSync(join(checkouts, release, 'train.py')))

/** What is really wrong with the releases themselves. */
const KNOWN: Readonly<Partial<Record<Release, readonly string[]>>> = {
  // A comma is missing between two layers.
  'v6.0': ['models/hub/yolov5-bifpn.yaml error model-yaml/syntax'],
  // A cell for CI names a file that v6.1 renamed.
  'v6.1': ['tutorial.ipynb warning command/stock-file'],
}

const scratch = mkdtempSync(join(tmpdir(), 'slim-check-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

async function detected(root: string): Promise<Detection> {
  const detection = await detectCheckout(root)
  if (detection === undefined) throw new Error(`nothing detected in ${root}`)
  return detection
}

/** `file severity code` of everything that is found in a folder. */
async function found(root: string): Promise<readonly string[]> {
  const places = { files: diskFiles, inspect: async () => undefined }
  const lines: string[] = []
  for await (const { path, findings } of checkFolder(await detected(root), root, { places })) {
    const name = relative(root, path).replaceAll('\\', '/')
    lines.push(...findings.map(({ severity, code }) => `${name} ${severity} ${code}`))
  }
  return lines
}

const TEXTS = new Set(['', '.py', '.yaml', '.ipynb', '.sh', '.txt', '.cfg', '.toml', '.cff'])

function copyOf(release: Release, name: string, edit = (text: string) => text): string {
  const target = join(scratch, name)
  cpSync(join(checkouts, release), target, {
    recursive: true,
    filter: (path) =>
      !path.endsWith('.git') && (statSync(path).isDirectory() || TEXTS.has(extname(path))),
  })
  for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && isCheckable(entry.name)) {
      writeFileSync(path, edit(readFileSync(path, 'utf8')))
    }
  }
  return target
}

describe.each(present)('%s', (release) => {
  const root = join(checkouts, release)
  const known = KNOWN[release] ?? []

  it('is clean as it is', async () => {
    expect(await found(root)).toEqual(known)
  })

  it.each([
    ['with CRLF', (text: string) => text.replace(/\r?\n/g, '\r\n')],
    ['with a BOM', (text: string) => `\uFEFF${text}`],
    ['without its last newline', (text: string) => text.trimEnd()],
  ])('is clean %s', async (name, edit) => {
    // A changed hyp file is not the one that the defaults are read from.
    expect(await found(copyOf(release, `${release} ${name}`, edit))).toEqual(known)
  })

  it('is clean as a fork with modules, keys and flags of its own', async () => {
    const copy = copyOf(release, `fork-${release}`)
    const append = (path: string, text: string) =>
      writeFileSync(join(copy, path), readFileSync(join(copy, path), 'utf8') + text)
    append(
      'models/common.py',
      '\n\nclass CBAM(nn.Module):\n    def __init__(self, c1, c2):\n        pass\n',
    )
    append(
      existsSync(join(copy, 'utils/loss.py')) ? 'utils/loss.py' : 'utils/general.py',
      "\n\ndef wise(hyp):\n    return hyp['wise_iou']\n",
    )
    writeFileSync(join(copy, 'utils/prune_utils.py'), 'def gather_bn(model):\n    pass\n')
    writeFileSync(
      join(copy, 'prune.py'),
      "import argparse\nfrom utils.prune_utils import gather_bn\nfrom models.common import CBAM\nparser = argparse.ArgumentParser()\nparser.add_argument('--percent', type=float)\nparser.parse_args()\ngather_bn(1)\nCBAM(1, 2)\n",
    )
    writeFileSync(join(copy, 'run.sh'), 'python prune.py --percent 0.5\n')
    const hyp = hypKeys(cloneOf(await detected(copy)))
    expect([...hyp.known]).toContain('wise_iou')
    expect(await found(copy)).toEqual(known)
  })

  it('is clean without parts of it', async () => {
    const copy = copyOf(release, `partial-${release}`)
    for (const part of [
      'tests',
      'segment',
      'classify',
      'hubconf.py',
      'export.py',
      'benchmarks.py',
      'utils/aws',
      'utils/flask_rest_api',
      'tutorial.ipynb',
      'Dockerfile',
      'data/scripts',
    ]) {
      rmSync(join(copy, part), { recursive: true, force: true })
    }
    const serious = (await found(copy)).filter((line) => line.includes(' error '))
    // What goes on naming a part that is gone fails for real.
    const about = serious.filter(
      (line) => !/^(?:utils|models|segment|classify|[a-z]+\.py)/.test(line),
    )
    expect(about).toEqual([])
  })

  it('tells its sources apart: keys and scaled modules', async () => {
    const clone = cloneOf(await detected(root))
    const { known: keys, required, complete } = hypKeys(clone, 'data/other.yaml')
    expect(complete).toBe(true)
    expect([...required.keys()]).toEqual(expect.arrayContaining(['lr0', 'cls', 'mosaic', 'scale']))
    expect(required.has('copy_paste')).toBe(releases.indexOf(release) >= releases.indexOf('v6.0'))
    expect(required.has('anchors')).toBe(false)
    expect(keys.has('anchors')).toBe(true)
    const scaled = scaledModules(clone.code('models/yolo.py'))
    for (const name of ['Conv', 'Focus', 'SPP', 'C3']) expect(scaled).toContain(name)
    expect(scaled.has('SPPF')).toBe(clone.detection.capabilities.modules.includes('SPPF'))
  })
})

it('finds each release’s files in another release to be strange', async () => {
  const pairs: readonly (readonly [Release, Release])[] = [
    ['v5.0', 'v7.0'],
    ['v7.0', 'v5.0'],
    ['v6.1', 'v6.2'],
    ['v6.2', 'v6.1'],
  ]
  for (const [host, guest] of pairs) {
    const clone = cloneOf(await detected(join(checkouts, host)))
    const of = (path: string): readonly string[] => {
      const file = join(checkouts, guest, path)
      const here = join(checkouts, host, `my_${basename(path)}`)
      if (!existsSync(file)) return []
      return checkText(readFileSync(file, 'utf8'), here, clone).findings.map(({ code }) => code)
    }
    expect(of('train.py'), `${guest} in ${host}`).toContain('script/module')
    expect(of('detect.py'), `${guest} in ${host}`).toContain('script/module')
  }
})

it('finds what differs between v5.0 and v7.0 in yamls and commands', async () => {
  const clone = cloneOf(await detected(join(checkouts, 'v5.0')))
  const read = (path: string) => readFileSync(join(checkouts, 'v7.0', path), 'utf8')
  const codes = (text: string, path: string) =>
    new Set(checkText(text, join(checkouts, 'v5.0', path), clone).findings.map(({ code }) => code))
  expect(codes(read('models/yolov5s.yaml'), 'models/a.yaml')).toEqual(
    new Set(['model-yaml/unknown-module']),
  )
  expect(codes(read('models/segment/yolov5s-seg.yaml'), 'models/b.yaml')).toContain(
    'model-yaml/unknown-module',
  )
  expect(codes(read('data/coco128.yaml'), 'data/c.yaml')).toEqual(
    new Set(['data-yaml/path-ignored', 'data-yaml/dict-names', 'data-yaml/missing-key']),
  )
  expect(codes(read('tutorial.ipynb'), 'a.ipynb')).toContain('command/script')
})

it('takes seconds for a checkout, and gives way while it does', async () => {
  const root = join(checkouts, 'v7.0')
  mkdirSync(join(scratch, 'time'), { recursive: true })
  await found(root)
  const start = performance.now()
  let longest = 0
  let last = start
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }, 1)
  await found(root)
  clearInterval(timer)
  const took = performance.now() - start
  console.log(
    `check of v7.0: ${Math.round(took)} ms, longest without a pause ${Math.round(longest)} ms`,
  )
  expect(took).toBeLessThan(20_000)
})
