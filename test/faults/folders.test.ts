import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { RunFeed } from '../../src/extension/dashboard/feed'
import { RunIndex } from '../../src/runs/index/runIndex'
import { startRun, watchRun } from '../../src/runs/supervisor'
import { standIn } from '../cli/program'
import { count, Worst } from './support/figures'
import { baseline, slim } from './support/program'
import { eventsOf, scratch, until, writerLaunch } from './support/runs'

const folder = scratch('folders')
afterAll(folder.dispose)
const sample = ['sample', 'shapes', '--train', '8', '--val', '4', '--size', '32']
const tiny = (name: string) => [
  ...['--data', 'shapes/data.yaml', '--img', '32', '--batch-size', '4', '--epochs', '1'],
  ...[
    '--engine',
    'builtin',
    '--device',
    'wasm',
    '--threads',
    '1',
    '--project',
    'runs/train',
    '--name',
    name,
  ],
]

it('a run folder is deleted while it runs', async () => {
  const worst = new Worst()
  const rounds = 5
  for (let i = 0; i < rounds; i++) {
    const run = await startRun(await writerLaunch(folder.path, `deleted${i}-`))
    await until(async () => (await eventsOf(run.runDir)).length > 3)
    const index = new RunIndex(() => [folder.path])
    await index.refresh()
    const feed = new RunFeed(run.runDir)
    await feed.look()
    const watch = watchRun(run.runDir, () => undefined)
    const told = expect(watch.ended).rejects.toMatchObject({ code: 'runs/no-manifest' })
    const supervised = expect(run.exited).rejects.toMatchObject({ code: 'runs/no-manifest' })
    await rm(run.runDir, { recursive: true, force: true, maxRetries: 9 })
    await worst.of(() => told)
    await worst.of(() => index.refresh())
    expect(index.get(run.runDir)).toBeUndefined()
    await expect(feed.look()).rejects.toMatchObject({ code: 'runs/no-manifest' })
    // Without its folder a run comes to an end by itself: nobody could see or stop it any more.
    await worst.of(() => supervised)
    expect(existsSync(run.runDir)).toBe(false)
    index.dispose()
  }
  count({ fault: 'run folder deleted while running', tried: rounds, wrong: 0, worstMs: worst.ms })
})

it('a path with spaces, quotes, $(…), Chinese and emoji takes every stage', async () => {
  const name = `a b 'q' "d" $(touch hacked) \`touch hacked\` $HOME ;& 中文 🚀`
  const cwd = join(folder.path, name, 'work')
  mkdirSync(cwd, { recursive: true })
  const worst = new Worst()
  const steps: (readonly string[])[] = [
    sample,
    ['sparse', '--weights', baseline, '--sr', '0.1', ...tiny(name)],
    [
      'prune',
      '--weights',
      `runs/train/${name}/weights/last.pt`,
      '--percent',
      '0.2',
      '--output',
      `${name}.pt`,
    ],
    ['finetune', '--weights', `${name}.pt`, ...tiny(`${name} f`)],
    ['inspect', `${name}.pt`],
    ['report', name, `${name} f`, '--output', `${name}.html`],
    ['runs'],
  ]
  const failed: string[] = []
  for (const args of steps) {
    const { code, stderr } = await worst.of(() => slim(args, { cwd }))
    if (code !== 0) failed.push(`${args[0]}: ${stderr}`)
  }
  count({
    fault: 'path of spaces, quotes, $( ), 中文, 🚀 (commands)',
    tried: steps.length,
    wrong: failed.length,
    worstMs: worst.ms,
  })
  expect(failed).toEqual([])
  const everything = readdirSync(folder.path, { recursive: true, encoding: 'utf8' })
  expect(everything.filter((path) => /(^|\/)hacked/.test(path))).toEqual([])
  const listed = await slim(['runs', '--json'], { cwd })
  expect(JSON.parse(listed.stdout).map((run: { state: string }) => run.state)).not.toContain(
    'failed',
  )
})

it('a symlinked checkout is the checkout, and its runs are there once', async () => {
  const checkout = standIn(folder.path, 'new')
  const link = join(folder.path, 'link')
  symlinkSync(checkout, link)
  const worst = new Worst()
  const answer = async (...args: string[]) => worst.of(() => slim(args, { cwd: link }))
  expect((await answer(...sample)).code).toBe(0)
  expect(
    (await answer('train', '--weights', baseline, '--as', 'v6.2', ...tiny('linked'))).stderr,
  ).toBe('')
  expect(JSON.parse((await answer('detect', '--json')).stdout)).toMatchObject({ release: 'v6.2' })
  const runs = JSON.parse((await answer('runs', '--json')).stdout)
  expect(runs).toMatchObject([{ name: 'linked', state: 'finished' }])
  const index = new RunIndex(() => [checkout, link])
  await index.refresh()
  expect(index.runs.map(({ name }) => name)).toEqual(['linked'])
  index.dispose()
  count({ fault: 'symlinked repo (commands)', tried: 5, wrong: 0, worstMs: worst.ms })
})

const nobody = 65_534
/** Root may write anywhere; another user must be able to read the program. */
const canBeNobody =
  process.getuid?.() === 0 && (await slim(['--version'], { cwd: '/', id: nobody })).code === 0

const readOnly = 'read-only workspace (commands)'
if (!canBeNobody) count({ fault: readOnly, needs: 'root, and a program that others may read' })

it.skipIf(!canBeNobody)(
  'a read-only workspace is looked at, and refuses with a code that names the place',
  async () => {
    const cwd = join(folder.path, 'read-only')
    mkdirSync(cwd)
    copyFileSync(baseline, join(cwd, 'model.pt'))
    expect((await slim(sample, { cwd })).code).toBe(0)
    expect((await slim(['train', '--weights', 'model.pt', ...tiny('old')], { cwd })).code).toBe(0)
    chmodSync(folder.path, 0o755)
    const home = join(folder.path, 'home')
    mkdirSync(home)
    chmodSync(home, 0o777)
    const worst = new Worst()
    const as = {
      cwd,
      id: nobody,
      env: { HOME: home, XDG_DATA_HOME: home, YOLOV5_SLIM_QUEUE: join(home, 'queue') },
    }
    const call = (...args: string[]) => worst.of(() => slim(args, as))
    for (const args of [['inspect', 'model.pt'], ['runs']]) {
      expect([args[0], (await call(...args)).code]).toEqual([args[0], 0])
    }
    const refused: [string, string[]][] = [
      ['runs/cannot-create', ['train', '--weights', 'model.pt', ...tiny('new')]],
      ['checkpoint/unwritable', ['prune', '--weights', 'model.pt', '--percent', '0.2']],
      ['disk/read-only', ['report', 'old', '--output', 'report.html']],
      ['sample/folder', ['sample', 'more']],
    ]
    const wrong: string[] = []
    for (const [code, args] of refused) {
      const { stderr, code: status } = await call(...args)
      if (status !== 2 || !stderr.includes(`error[${code}]`) || !stderr.includes(cwd)) {
        wrong.push(`${args[0]}: ${status} ${stderr}`)
      }
    }
    count({
      fault: readOnly,
      tried: 6,
      wrong: wrong.length,
      worstMs: worst.ms,
    })
    expect(wrong).toEqual([])
    expect(readdirSync(cwd).sort()).toEqual(['model.pt', 'runs', 'shapes'])
  },
)
