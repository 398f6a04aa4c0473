import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openCheckpoint } from '../../src/core/checkpoint/checkpoint'
import { writeCheckpoint } from '../../src/core/checkpoint/writeCheckpoint'
import { splitFolder } from '../../src/core/dataset/splitFolder'
import type { RunContext } from '../../src/engines/builtin/run/context'
import { appendResults, type EpochRow } from '../../src/engines/builtin/run/results'
import { saveFound } from '../../src/engines/builtin/run/saveFound'
import { writeSample } from '../../src/engines/builtin/sample/sample'
import { writeRunnerConfig } from '../../src/engines/common/runnerConfig'
import { newDataSet } from '../../src/extension/setup/dataSets'
import { save } from '../../src/extension/webview/save'
import { appendEvent, type NewEvent } from '../../src/runs/eventLog'
import { RunIndex } from '../../src/runs/index/runIndex'
import { readSavedRuns, writeSavedRuns } from '../../src/runs/index/savedRuns'
import { readRun } from '../../src/runs/snapshot'
import {
  createRunFolder,
  readManifest,
  runFiles,
  updateManifest,
  writeManifest,
} from '../../src/runs/store'
import { SummaryWriter } from '../../src/runs/summaries'
import { Uri, window } from './support/editor'
import { count, Worst } from './support/figures'
import { baseline, slim } from './support/program'
import { eventsOf, manifestIn, scratch, startedEvent } from './support/runs'
import { smallDisk } from './support/smallDisk'
import * as writes from './support/writes'

/** As on exFAT, which has no hard links. */
vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  link: () => Promise.reject(Object.assign(new Error('no hard links'), { code: 'EPERM' })),
}))

/** Bytes that what writes many small files finds free: some of them fit. */
const roomForSome = 40 << 10
/** Bytes that a training finds free; what it saves of an epoch takes 5 MB and more. */
const room = 12 << 20
const folder = scratch('disk')
const disk = smallDisk(join(folder.path, 'small'), 32)
const path = disk?.path ?? ''
const fault = 'disk full, each kind of write'
if (!disk) {
  count({ fault, needs: 'the right to mount a tmpfs' })
  // Of a file whose tests are all skipped nothing runs afterwards.
  folder.dispose()
}

const worst = new Worst()
const wrong: string[] = []
let tried = 0
let runDir = ''
/** Writes that need something on the disk first. */
let prepared: Readonly<Record<string, writes.Write>> = {}
/** A small data set on a disk with room. */
const drawn = join(folder.path, 'drawn')
const sampleOptions = { train: 4, val: 4, size: 32, seed: 1 }
beforeAll(async () => {
  if (!disk) return
  runDir = await createRunFolder(join(path, 'runs/train'), 'exp')
  await writeManifest(runDir, manifestIn(path))
  await appendEvent(runFiles(runDir).events, startedEvent)
  copyFileSync(baseline, join(path, 'model.pt'))
  for (const image of ['a.png', 'b.png']) writeFileSync(join(path, image), '')
  await writeSample(drawn, sampleOptions)
  for (const part of ['train', 'val']) mkdirSync(join(path, 'set', part), { recursive: true })
  copyFileSync(picture, join(path, 'set/train/a.png'))
  mkdirSync(join(path, 'found'))
  prepared = {
    output: writes.keepingOutput(path),
    ticket: writes.ticket(path),
    hyp: writes.options(path, 'hyp'),
    opt: writes.options(path, 'opt'),
    text: writes.saved(path, 'saveText'),
    objects: writes.saved(path, 'saveJson'),
    yaml: await writes.renaming(path, 'yaml'),
    json: await writes.renaming(path, 'json'),
  }
})
afterAll(() => {
  disk?.dispose()
  folder.dispose()
  count({ fault, tried, wrong: wrong.length, worstMs: worst.ms })
})

/** Every file of the disk but the filler. */
function contents(): Map<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  )
  const named = files.map(({ parentPath, name }) => join(parentPath, name))
  return new Map(
    named
      .filter((name) => !name.endsWith('/filler'))
      .map((name) => [name, readFileSync(name, 'latin1')]),
  )
}

/** What of `before` is lost: an appended log may have got more, everything else is as it was. */
function lost(before: ReadonlyMap<string, string>): string[] {
  const after = contents()
  const changed = [...before].filter(([name, text]) => {
    const now = after.get(name)
    return name.endsWith('.jsonl') ? !now?.startsWith(text) : now !== text
  })
  const isHalf = ([name, text]: readonly [string, string]): boolean =>
    /\.(tmp|lock)$/.test(name) ||
    (!before.has(name) && (text === '' || /\/(copies|sample|kept\.)\d/.test(name)))
  const leftovers = [...after].filter(isHalf).map(([name]) => name)
  return [...changed.map(([name]) => `changed ${name}`), ...leftovers.map((name) => `left ${name}`)]
}

const epoch: NewEvent = {
  ...{ type: 'epoch', epoch: 0, epochs: 9, train: { box: 1 }, val: { box: 1 }, lr: 0.1, sr: 0 },
  ...{ precision: 0.1, recall: 0.1, mAP50: 0.1, mAP50_95: 0.1, seconds: 1 },
}
const row: EpochRow = {
  ...{
    epoch: 0,
    epochs: 9,
    train: { box: 1, obj: 1, cls: 1 },
    val: undefined,
    precision: 0.1,
    recall: 0.1,
  },
  ...{ mAP50: 0.1, mAP50_95: 0.1, lr: 0.1, biasLr: 0.1, imageSize: 64, memory: 0, labels: 3 },
}
const runHere = { path: (...parts: string[]) => join(runDir, ...parts) } as RunContext
const checkpoint = (): void => {
  const open = openCheckpoint(baseline)
  try {
    writeCheckpoint(open, open.root, join(path, 'model.pt'))
  } finally {
    open.close()
  }
}

/** A name that was not used before: what writes into a new folder does so each time. */
let news = 0
const fresh = (name: string): string => join(path, `${name}${++news}`)
const divideByCopies = (): unknown =>
  splitFolder(drawn, {
    ...{ val: 0.5, test: 0, seed: 0, overwrite: false, copyTo: fresh('copies') },
  })

const picture = join(drawn, 'images/train/0.png')
/** Saves one image as `predict` does: without anything found, a plain copy. */
function predict(boxes: number, saves: Readonly<Record<string, boolean>>): Promise<void> {
  const source = { path: picture, original: [32, 32] }
  const found = Float32Array.from(
    Array.from({ length: boxes }, () => [4, 4, 20, 20, 0.9, 0]).flat(),
  )
  const style = { lineWidth: 0, hidesLabels: false, hidesConfidence: false, savesConfidence: true }
  const context = { path: (...parts: string[]) => join(path, 'found', ...parts) }
  const options = { savesImages: false, savesText: false, ...style, ...saves }
  return saveFound(context, source as never, found, options as never, ['circle'])
}

/** Saves over what was saved before, where the person says. */
function saveFromPage(): Promise<void> {
  const target = Uri.file(join(path, 'chart.svg'))
  vi.spyOn(window, 'showSaveDialog').mockResolvedValue(target as never)
  // More each time: what is cut off first would leave too little room.
  const content = '<svg/>'.repeat(2000 * ++news)
  return save({ type: 'save', name: 'chart.svg', encoding: 'utf8', content })
}

function makeDataSet(): Promise<void> {
  const chosen = [Uri.file(join(path, 'set'))]
  vi.spyOn(window, 'showOpenDialog').mockResolvedValue(chosen as never)
  const checkouts = { search: async () => undefined, selected: undefined }
  return newDataSet({ checkouts, channel: { info: () => undefined } } as never)
}

const divide = (): unknown => splitFolder(path, { val: 0.5, test: 0, seed: 0, overwrite: true })

async function fillBut(bytes: number): Promise<void> {
  await disk?.fill()
  const filler = join(path, 'filler')
  await truncate(filler, (await stat(filler)).size - bytes)
}

/** Writes in steps, since a small one may still fit into a page that is there. */
async function untilItFails(write: () => unknown): Promise<unknown> {
  for (let i = 0; i < 200; i++) {
    try {
      await write()
    } catch (error) {
      return error
    }
  }
  return undefined
}

const filled = (text: string) => ({ percent: 1, commandLine: [text.repeat(20_000)] })
let summaries: SummaryWriter | undefined
const kinds: readonly (readonly [
  name: string,
  code: string,
  names: string,
  write: () => unknown,
])[] = [
  ['event', 'disk/full', 'events.jsonl', () => appendEvent(runFiles(runDir).events, epoch)],
  [
    'run.json',
    'disk/full',
    'run.json',
    () => updateManifest(runDir, (m) => ({ ...m, ...filled('x') })),
  ],
  [
    'runner.json',
    'disk/full',
    'runner.json',
    () => writeRunnerConfig(runDir, filled('y') as never),
  ],
  ['checkpoint', 'checkpoint/disk-full', 'model.pt', checkpoint],
  ['results.csv', 'disk/full', 'results.csv', () => appendResults(runHere, 'v6.2', row)],
  ['list of a split', 'disk/full', 'train.txt', divide],
  ['results.txt of v5.0', 'disk/full', 'results.txt', () => appendResults(runHere, 'v5.0', row)],
  [
    'TensorBoard event',
    'disk/full',
    'tfevents',
    async () => {
      summaries ??= new SummaryWriter(runFiles(runDir).slimDir)
      await summaries.write({ ...epoch, v: 1, t: 1 } as never)
    },
  ],
  ['file saved from a page', 'disk/full', 'chart.svg', saveFromPage],
  ['yaml of a new data set', 'disk/full', 'set/data', makeDataSet],
  ['copies of a split', 'disk/full', 'copies', divideByCopies],
  ['sample', 'disk/full', 'sample', () => writeSample(fresh('sample'), sampleOptions)],
  ['image of predict', 'disk/full', '0.png', () => predict(1, { savesImages: true })],
  ['image of predict, a copy', 'disk/full', '0.png', () => predict(0, { savesImages: true })],
  ['labels of predict', 'disk/full', '0.txt', () => predict(200, { savesText: true })],
  ['labels of val', 'disk/full', '0.txt', () => prepared.text?.()],
  ['detections of val', 'disk/full', 'best_predictions.json', () => prepared.objects?.()],
  ['hyp.yaml', 'disk/full', 'hyp.yaml', () => prepared.hyp?.()],
  ['opt.yaml', 'disk/full', 'opt.yaml', () => prepared.opt?.()],
  ['old output, kept', 'disk/full', 'kept.', () => prepared.output?.()],
  ['ticket of the queue', 'disk/full', 'queue/', () => prepared.ticket?.()],
  ['yaml of a rename', 'disk/full', 'opt.yaml', () => prepared.yaml?.()],
  ['json of a rename, after its yaml', 'disk/full', 'runner.json', () => prepared.json?.()],
]

describe.skipIf(!disk)('on a full disk', () => {
  it.each(kinds)(
    '%s: refused with %s, naming the file; what was there stays',
    async (name, code, names, write) => {
      await write()
      const before = contents()
      await fillBut(/^(copies|sample|old output|opt|json of a rename)/.test(name) ? roomForSome : 0)
      const error = await worst.of(() => untilItFails(write))
      tried++
      const { code: found, message = '' } = (error ?? {}) as { code?: string; message?: string }
      if (found !== code || !message.includes(names)) wrong.push(`${name}: ${found} ${message}`)
      const missing = name === 'event' ? lost(before) : lostButGrown(before)
      wrong.push(...missing.map((text) => `${name}: ${text}`))
      await disk?.free()
      await write()
      expect(wrong).toEqual([])
      expect((await readManifest(runDir)).id).not.toBe('')
      expect((await eventsOf(runDir))[0]?.type).toBe('started')
    },
  )

  /** Rows that fitted before the disk was full may stand, whole. */
  function lostButGrown(before: ReadonlyMap<string, string>): string[] {
    const after = contents()
    const grown = [...before].filter(([name, text]) => {
      const now = after.get(name)
      return (
        /results\.|tfevents|labels\/0/.test(name) &&
        now?.startsWith(text) &&
        (now.endsWith('\n') || name.includes('tfevents'))
      )
    })
    return lost(new Map([...before].filter(([name]) => !grown.some(([one]) => one === name))))
  }

  it('saved state of the index', async () => {
    const index = new RunIndex(() => [path])
    await index.refresh()
    const file = join(path, 'saved.jsonl')
    await appendEvent(runFiles(runDir).events, { type: 'finished', summary: { seconds: 1 } })
    await index.refresh()
    await writeSavedRuns(file, index.saved())
    const before = contents()
    await disk?.fill()
    tried++
    await expect(untilItFails(() => writeSavedRuns(file, index.saved()))).resolves.toMatchObject({
      code: 'disk/full',
    })
    expect(lost(before)).toEqual([])
    expect((await readSavedRuns(file)).size).toBe(1)
    await disk?.free()
    index.dispose()
  })

  it.each([
    [
      'pruned output',
      'checkpoint/disk-full',
      ['prune', '--weights', baseline, '--percent', '0.2', '--output', 'model.pt'],
    ],
    ['report', 'disk/full', ['report', 'exp', '--output', 'report.html']],
  ])('%s', async (name, code, args) => {
    writeFileSync(join(path, 'report.html'), 'the report of yesterday')
    const before = contents()
    await disk?.fill()
    const { code: status, stderr } = await worst.of(() => slim(args, { cwd: path }))
    tried++
    if (status !== 2 || !stderr.includes(`error[${code}]`) || !stderr.includes(args.at(-1) ?? '')) {
      wrong.push(`${name}: ${status} ${stderr}`)
    }
    wrong.push(...lost(before).map((text) => `${name}: ${text}`))
    await disk?.free()
    expect(wrong).toEqual([])
  })

  it('a training that fills it ends as failed, with the checkpoints of before', async () => {
    const sample = ['sample', 'shapes', '--train', '8', '--val', '4', '--size', '32']
    expect((await slim(sample, { cwd: folder.path })).code).toBe(0)
    // Its first checkpoint fits, but no second one aside.
    await fillBut(room)
    const args = [
      ...[
        'train',
        '--engine',
        'builtin',
        '--device',
        'wasm',
        '--threads',
        '1',
        '--weights',
        baseline,
      ],
      ...['--data', 'shapes/data.yaml', '--img', '32', '--batch-size', '8', '--epochs', '300'],
      ...['--project', join(path, 'runs/train'), '--name', 'fills'],
    ]
    const { code, stdout, stderr } = await slim(args, { cwd: folder.path })
    tried++
    const fills = join(path, 'runs/train/fills')
    const { state, summary } = await readRun(fills)
    const told = `${stdout}${stderr}`
    if (code === 0 || !/\[(?:disk\/full|checkpoint\/disk-full)\]/.test(told))
      wrong.push(`exit ${code} ${told}`)
    if (!['failed', 'interrupted'].includes(state)) wrong.push(state)
    for (const name of readdirSync(join(fills, 'weights')))
      openCheckpoint(join(fills, 'weights', name)).close()
    expect(wrong).toEqual([])
    expect(summary.failure?.code ?? 'the log is full, too').toMatch(/full/)
    await disk?.free()
  })
})
