import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openModelFile } from '../../src/engines/builtin/checkpoint/open'
import { fromStateDict } from '../../src/engines/builtin/model/layout'
import type { RunEvent } from '../../src/runs/events'
import { type Answer, program, root, scratchFolder, slim } from './program'

// The whole engine on wasm, as a person runs it: no checkout, no Python.
const scratch = scratchFolder()
const baseline = join(root, 'media/sample/baseline.pt')
const cfg = join(root, 'media/sample/model.yaml')
let data = ''
/** No backend but the bundled one, whatever this machine has. */
const env = { YOLOV5_SLIM_BACKENDS: join(scratch.path, 'none') }
const run = (...args: string[]): Promise<Answer> => slim(args, { cwd: scratch.path, env })
const common = (name: string, ...rest: string[]): string[] => [
  ...['--engine', 'builtin', '--data', data, '--img', '64', '--project', 'runs', '--name', name],
  ...rest,
]
const training = (name: string, ...rest: string[]): string[] =>
  common(name, '--batch-size', '8', '--threads', '2', ...rest)

const eventsOf = (name: string): RunEvent[] =>
  readFileSync(join(scratch.path, 'runs', name, 'slim/events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent)
const typesOf = (name: string): string[] => [...new Set(eventsOf(name).map(({ type }) => type))]
const weights = (name: string, kind = 'last'): string =>
  join(scratch.path, 'runs', name, 'weights', `${kind}.pt`)

function parametersOf(file: string): Float32Array {
  const open = openModelFile(file)
  return fromStateDict(open.layout, open.tensors).parameters
}

beforeAll(async () => {
  const made = await run(
    'sample',
    'shapes',
    '--train',
    '24',
    '--val',
    '8',
    '--size',
    '64',
    '--json',
  )
  data = JSON.parse(made.stdout).data
  writeFileSync(join(scratch.path, 'bad.yaml'), 'lr0: fast\n')
})
afterAll(scratch.dispose)

describe('the built-in engine', () => {
  it('trains from a yaml; the same seed gives the same model', async () => {
    const args = ['--cfg', cfg, '--weights', '', '--epochs', '2', '--seed', '3']
    const first = await run('train', ...training('a', ...args))
    expect(first.stderr).toBe('')
    expect(first.code).toBe(0)
    expect(typesOf('a')).toEqual([
      'started',
      'progress',
      'epoch',
      'gamma',
      'checkpoint',
      'finished',
    ])
    expect(first.stdout).toContain('wasm × 2')
    await run('train', ...training('b', ...args))
    expect(parametersOf(weights('b'))).toEqual(parametersOf(weights('a')))
    const other = await run('train', ...training('c', ...args.slice(0, -1), '4'))
    expect(other.code).toBe(0)
    expect(parametersOf(weights('c'))).not.toEqual(parametersOf(weights('a')))
    const lines = readFileSync(join(scratch.path, 'runs/a/results.csv'), 'utf8').trim().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[1]?.split(',')).toHaveLength(14)
  })

  it('shrinks gammas, keeps a pruned shape while finetuning, and scores it', async () => {
    const sparse = await run(
      'sparse',
      ...training(
        'sparse',
        '--weights',
        baseline,
        '--epochs',
        '3',
        '--sr',
        '2',
        '--percent',
        '0.3',
      ),
    )
    expect(sparse.code).toBe(0)
    const shrunk = eventsOf('sparse').filter(({ type }) => type === 'gamma')
    expect(shrunk).toHaveLength(3)
    const pruned = join(scratch.path, 'pruned.pt')
    const cut = await run(
      'prune',
      '--weights',
      weights('sparse'),
      '--percent',
      '0.4',
      '--output',
      pruned,
    )
    expect(cut.code).toBe(0)
    const finetune = await run(
      'finetune',
      ...training('fine', '--weights', pruned, '--epochs', '1'),
    )
    expect(finetune.code).toBe(0)
    const shapes = (file: string): unknown =>
      openModelFile(file).layout.parameters.map(({ name, shape }) => [name, shape])
    expect(shapes(weights('fine'))).toEqual(shapes(pruned))
    expect(shapes(pruned)).not.toEqual(shapes(baseline))
    const val = await run(
      'val',
      ...common('val', '--weights', weights('fine', 'best'), '--save-txt'),
    )
    expect(val.code).toBe(0)
    const finished = eventsOf('val').at(-1)
    expect(finished).toMatchObject({ type: 'finished', summary: { images: 8 } })
    expect(existsSync(join(scratch.path, 'runs/val/labels'))).toBe(true)
  })

  it('stops when asked, and goes on where it was', async () => {
    const args = ['train', ...training('stopped', '--weights', baseline, '--epochs', '40')]
    const child = spawn(process.execPath, [program, ...args], {
      cwd: scratch.path,
      env: { ...process.env, ...env, NO_COLOR: '1' },
      stdio: 'ignore',
    })
    const exit = new Promise<number | null>((done) => child.once('close', done))
    while (!existsSync(weights('stopped'))) await sleep(50)
    child.kill('SIGINT')
    expect(await exit).toBe(130)
    const stopped = eventsOf('stopped').at(-1)
    expect(stopped).toMatchObject({ type: 'stopped' })
    const done = eventsOf('stopped').filter(({ type }) => type === 'epoch').length
    const file = join(scratch.path, 'runs/stopped/opt.yaml')
    const opt = readFileSync(file, 'utf8')
    expect(opt).toMatch(/^epochs: 40$/m)
    writeFileSync(file, opt.replace(/^epochs: 40$/m, `epochs: ${done + 1}`))
    const resumed = await run('train', '--engine', 'builtin', '--resume', 'runs/stopped')
    expect(resumed.stderr).toBe('')
    expect(resumed.code).toBe(0)
    const epochs = eventsOf('stopped').flatMap((event) =>
      event.type === 'epoch' ? [event.epoch] : [],
    )
    expect(epochs).toEqual(Array.from({ length: done + 1 }, (_, i) => i))
    // A run that finished is refused, and its log is left as it was.
    const log = eventsOf('stopped').length
    const named = ['--resume', 'stopped', '--project', 'runs']
    const again = await run('train', '--engine', 'builtin', ...named)
    expect(again.stderr).toContain('resume/finished')
    expect(again.code).toBe(2)
    expect(eventsOf('stopped')).toHaveLength(log)
  })

  it.each([
    ['out', (_: string, runDir: string) => runDir],
    ['runs', (id: string) => id],
  ])('a detached run in %s is told with a line that stops it', async (project, reference) => {
    const args = ['--weights', baseline, '--epochs', '400', '--project', project, '--detach']
    const started = await run('train', ...training('away', ...args))
    const [id = '', runDir = ''] = started.stdout.trim().split(/ {2}/)
    expect(runDir).toBe(join(scratch.path, project, 'away'))
    const stop = /yolov5-slim stop (.+)$/m.exec(started.stderr)?.[1] ?? ''
    expect(stop).toBe(reference(id, runDir))
    expect((await run('stop', stop)).code).toBe(0)
  })

  it.each([
    [['--weights', 'missing.pt'], 'file/not-found', 'missing.pt'],
    [['--weights', baseline, '--epochs', '0'], 'flags/value', '--epochs'],
    [['--weights', baseline, '--imagesize', '64'], 'flags/unknown', '--imagesize'],
    [['--weights', baseline, '--device', 'tpu'], 'backend/unknown', '--device tpu'],
    [['--weights', baseline, '--device', 'webgpu'], 'backend/unavailable', 'install webgpu'],
    [['--weights', baseline, '--hyp', 'bad.yaml'], 'hyp/value', 'lr0'],
  ])('refuses %j before anything starts: %s', async (args, code, named) => {
    const { stderr, code: status } = await run('train', ...training('never', ...args))
    expect(status).toBe(2)
    expect(stderr).toContain(code)
    expect(stderr).toContain(named)
    expect(existsSync(join(scratch.path, 'runs/never'))).toBe(false)
  })

  it('names the key of the split that --task asks for', async () => {
    const { code, stderr } = await run(
      'val',
      ...common('never', '--weights', baseline, '--task', 'test'),
    )
    expect(code).toBe(2)
    expect(stderr).toContain('data/missing-key')
    expect(stderr).toContain('“test”')
  })
})

it('ends a training at an image that only shows to be damaged when it is decoded', async () => {
  const size = ['--train', '8', '--val', '4', '--size', '64']
  const damagedData = JSON.parse((await run('sample', 'damaged', ...size, '--json')).stdout).data
  const images = join(scratch.path, 'damaged/images/train')
  const damaged = join(images, readdirSync(images)[0] ?? '')
  // A header that is right, before rows that are not there: nothing tells until it is decoded.
  const bitmap = readFileSync(join(root, 'test/golden/files/plain.bmp'))
  writeFileSync(damaged, bitmap.subarray(0, 200))
  const flags = ['--data', damagedData, '--cfg', cfg, '--weights', '', '--epochs', '1']
  const { code, stderr } = await run('train', ...training('damaged', ...flags))
  expect(code).toBe(1)
  expect(stderr).toContain('data/unreadable-image')
  expect(stderr).toContain(damaged)
  expect(eventsOf('damaged').at(-1)).toMatchObject({
    type: 'failed',
    code: 'data/unreadable-image',
  })
})

describe('scores as the stock val does', () => {
  const golden = JSON.parse(
    readFileSync(join(root, 'test/golden/evaluation/val.json'), 'utf8'),
  ) as Record<string, Record<string, number>>
  let shapes = ''
  beforeAll(async () => {
    const size = ['--train', '1', '--val', '64', '--size', '96']
    shapes = JSON.parse((await run('sample', 'golden', ...size, '--json')).stdout).data
  })

  it('is on record for every release and a pruned model', () => {
    expect(Object.keys(golden)).toEqual(['pruned', 'v5.0', 'v6.0', 'v6.1', 'v6.2', 'v7.0'])
  })

  it.each(Object.entries(golden))('%s', async (key, wanted) => {
    const pruned = key === 'pruned'
    const weights = pruned ? 'golden-pruned.pt' : baseline
    if (pruned) {
      const cut = ['--percent', '0.2', '--round', '1', '--output', weights]
      await run('prune', '--weights', baseline, ...cut)
    }
    const args = ['--engine', 'builtin', '--as', pruned ? 'v6.2' : key, '--data', shapes]
    const { code } = await run(
      ...['val', ...args, '--weights', weights, '--img', '64'],
      ...['--project', 'runs', '--name', `golden-${key}`],
    )
    expect(code).toBe(0)
    const last = eventsOf(`golden-${key}`).at(-1)
    const summary = (last?.type === 'finished' ? last.summary : {}) as Record<string, number>
    for (const [name, value] of Object.entries(wanted)) {
      expect(Math.abs((summary[name] ?? Number.NaN) - value), name).toBeLessThan(0.002)
    }
  })
})

it('draws what it finds on copies of images, and writes it as labels', async () => {
  const images = join(scratch.path, 'shapes/images/val')
  const args = [
    '--weights',
    baseline,
    '--source',
    images,
    '--img',
    '64',
    '--save-txt',
    '--save-conf',
  ]
  const { code, stderr } = await run('predict', ...args, '--project', 'found')
  expect(stderr).toBe('')
  expect(code).toBe(0)
  const folder = join(scratch.path, 'found/exp')
  const drawn = readFileSync(join(folder, '0.png'))
  expect(drawn.equals(readFileSync(join(images, '0.png')))).toBe(false)
  // What is drawn is what the label file of the image says.
  const rows = (file: string): number[][] =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number))
  const wanted = rows(join(scratch.path, 'shapes/labels/val/0.txt'))
  const found = rows(join(folder, 'labels/0.txt')).filter(
    ([, , , , , confidence = 0]) => confidence > 0.5,
  )
  for (const [cls, x = 0, y = 0] of wanted) {
    const near = found.some(
      ([c, a = 0, b = 0]) => c === cls && Math.abs(a - x) < 0.05 && Math.abs(b - y) < 0.05,
    )
    expect(near, `${cls} at ${x}, ${y}`).toBe(true)
  }
  const none = await run('predict', '--weights', baseline, '--source', 'nowhere')
  expect(none.stderr).toContain('detect/no-source')
  expect(none.code).toBe(2)
})

it('lists the backends, wasm working', async () => {
  const { stdout } = await run('backend', 'list', '--json')
  const list = JSON.parse(stdout) as { kind: string; installed: boolean; probe?: { ok: boolean } }[]
  expect(list.map(({ kind }) => kind)).toEqual(['cuda', 'webgpu', 'native', 'wasm'])
  expect(list.at(-1)).toMatchObject({ installed: true, probe: { ok: true } })
  expect((await run('backend', 'install', 'tpu')).stderr).toContain('cli/unknown-backend')
})

it('writes a page of its runs that needs nothing else', async () => {
  const { code } = await run('report', 'runs/a', 'runs/sparse', '--output', 'page.html')
  expect(code).toBe(0)
  const page = readFileSync(join(scratch.path, 'page.html'), 'utf8')
  expect(page).not.toMatch(/(src|href)=/)
  // Nothing was pruned here, so there is no empty chart of it.
  expect(page.match(/<canvas id="([^"]+)"/g)).toHaveLength(3)
  const json = /<script id="data" type="application\/json">(.*?)<\/script>/.exec(page)?.[1] ?? ''
  const report = JSON.parse(json) as { stages: { epochs: unknown[]; gammas: unknown[] }[] }
  expect(report.stages.map(({ epochs, gammas }) => [epochs.length, gammas.length])).toEqual([
    [2, 2],
    [3, 3],
  ])
})
