import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ARGUMENTS } from '../../src/core/check/argumentHistory'
import { type Clone, cloneOf } from '../../src/core/check/clone'
import { SCRIPT_FLAGS } from '../../src/core/check/flagHistory'
import { NAMES } from '../../src/core/check/nameHistory'
import { hasName, homeOf, moduleFile, signatureIn } from '../../src/core/check/pythonModules'
import type { Spans } from '../../src/core/check/spans'
import { detectCheckout } from '../../src/core/yolov5/detect'
import { type Release, releases } from '../../src/core/yolov5/release'

const folder = process.env.YOLOV5_CHECKOUTS
if (folder === undefined || folder === '') {
  throw new Error('Set YOLOV5_CHECKOUTS to a folder that holds checkouts of YOLOv5 releases.')
}
const checkouts: string = folder
const present = releases.filter((release) => existsSync(join(checkouts, release, 'train.py')))

/** What the tables call by its later name, and what it was called before. */
const BEFORE: Readonly<Record<string, string>> = {
  benchmarks: 'utils.benchmarks',
  export: 'models.export',
  'utils.dataloaders': 'utils.datasets',
  'utils.downloads': 'utils.google_utils',
  'utils.loggers.wandb.wandb_utils': 'utils.wandb_logging.wandb_utils',
  val: 'test',
}

/** Modules that functions and classes lay in, from release to release. */
const HOMES =
  `models.common models.experimental models.yolo utils.augmentations utils.dataloaders utils.datasets
  utils.downloads utils.general utils.google_utils utils.loss utils.metrics utils.plots utils.torch_utils
  utils.autoanchor utils.autobatch`.split(/\s+/)

/** Of how many keys of `ARGUMENTS` the sources tell the parameters; a release does not have all of them. */
const FOUND: Readonly<Record<Release, number>> = {
  ...{ 'v3.1': 29, 'v4.0': 32, 'v5.0': 34, 'v6.0': 36, 'v6.1': 37, 'v6.2': 37, 'v7.0': 38 },
  // It goes on.
  master: 30,
}

/** The words that a table has for a release, and those that it has for others. */
function wordsOf(spans: Spans, release: Release): { in: string[]; out: string[] } {
  const at = releases.indexOf(release)
  const words = { in: [] as string[], out: [] as string[] }
  for (const [span, text] of Object.entries(spans)) {
    const [first = -1, last = -1] = span.split('..').map((one) => releases.indexOf(one as Release))
    words[first <= at && at <= last ? 'in' : 'out'].push(...text.split(/\s+/))
  }
  return { in: words.in.sort(), out: words.out.filter((word) => !words.in.includes(word)).sort() }
}

function parametersOf(clone: Clone, key: string): readonly string[] | undefined {
  const [name = '', ...path] = key.split('.').reverse()
  for (const module of path.length > 0 ? [path.reverse().join('.')] : HOMES) {
    const home = homeOf(clone, module, name)
    const found = home?.module === module ? signatureIn(clone, module, home.name) : undefined
    if (found !== undefined) return [...found.positional, ...found.keywordOnly]
  }
  return undefined
}

describe.each(present)('what is said of %s', async (release) => {
  const detection = await detectCheckout(join(checkouts, release))
  if (detection === undefined) throw new Error(`nothing detected for ${release}`)
  const clone = cloneOf(detection)
  const nameIn = (key: string): string | undefined =>
    [key, BEFORE[key] ?? ''].find((module) => (moduleFile(clone, module) ?? '') !== '')

  it.each(Object.entries(NAMES))('names of %s', (key, spans) => {
    const module = nameIn(key)
    const { in: inside, out: outside } = wordsOf(spans, release)
    const has = (name: string): boolean =>
      module !== undefined && hasName(clone, module, name) === true
    expect(inside.filter((name) => !has(name))).toEqual([])
    expect(outside.filter(has)).toEqual([])
  })

  it('most of whose arguments are found', () => {
    const found = Object.keys(ARGUMENTS).filter((key) => parametersOf(clone, key) !== undefined)
    expect(found.length).toBeGreaterThanOrEqual(FOUND[release])
  })

  it.for(Object.entries(ARGUMENTS))('arguments of %s', ([key, spans], { skip }) => {
    const parameters = parametersOf(clone, key)
    if (parameters === undefined) return skip(`not found in ${release}`)
    const { in: inside, out: outside } = wordsOf(spans, release)
    expect(inside.filter((name) => !parameters.includes(name))).toEqual([])
    expect(outside.filter((name) => parameters.includes(name))).toEqual([])
  })

  it.each(Object.entries(SCRIPT_FLAGS))('flags of %s', (key, spans) => {
    const module = nameIn(key)
    const flags = module === undefined ? [] : clone.flags(`${module.replaceAll('.', '/')}.py`)
    const names = (flags ?? []).flatMap((flag) => flag.names)
    const { in: inside, out: outside } = wordsOf(spans, release)
    expect(inside.filter((name) => !names.includes(`--${name}`))).toEqual([])
    expect(outside.filter((name) => names.includes(`--${name}`))).toEqual([])
  })
})
