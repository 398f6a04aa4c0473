import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { golden, standIn } from '../cli/program'
import { count, Worst } from './support/figures'
import { hasPython, loadBlindly, writeHostile } from './support/hostile'
import { root, slim } from './support/program'
import { manifestIn, scratch } from './support/runs'

const folder = scratch('unsafe')
const python = join(root, 'test/faults/support/recordingPython.mjs')
const starts = join(folder.path, 'starts')
const witness = join(folder.path, 'witness')
let checkout = ''

beforeAll(() => {
  checkout = standIn(folder.path, 'new')
  for (const part of ['train', 'val']) {
    mkdirSync(join(checkout, 'images', part), { recursive: true })
    copyFileSync(join(root, 'media/icon.png'), join(checkout, 'images', part, 'a.png'))
  }
  const data = 'train: images/train\nval: images/val\nnc: 3\nnames: [a, b, c]\n'
  writeFileSync(join(checkout, 'data/yours.yaml'), data)
  writeHostile(join(checkout, 'hostile.pt'), witness, golden('v6.2.pt'))
  const script = "parser.add_argument('--weights', default='yolov5s.pt')\nprune(model)\n"
  writeFileSync(join(checkout, 'prune.py'), script)
  writeFileSync(join(checkout, 'train_sparsity.py'), script)
  const run = join(checkout, 'runs/train/exp')
  mkdirSync(join(run, 'weights'), { recursive: true })
  mkdirSync(join(run, 'slim'))
  copyFileSync(join(checkout, 'hostile.pt'), join(run, 'weights/last.pt'))
  writeFileSync(join(run, 'opt.yaml'), `epochs: 9\nsave_dir: ${run}\n`)
  writeFileSync(
    join(run, 'slim/run.json'),
    JSON.stringify({ ...manifestIn(checkout), engine: 'pytorch', createdAt: 0 }),
  )
})
afterAll(folder.dispose)

const startsOfPython = (): number =>
  existsSync(starts) ? readFileSync(starts, 'utf8').trim().split('\n').length : 0
const call = (args: readonly string[]) => slim(args, { cwd: checkout, env: { STARTS: starts } })

const pytorch = ['--python', python, '--engine', 'pytorch']
const stage = (name: string, ...more: string[]) => [
  ...[name, '--weights', 'hostile.pt', '--data', 'data/yours.yaml', ...pytorch, ...more],
]
const loading: readonly (readonly string[])[] = [
  stage('train', '--cfg', 'models/yolov5s.yaml'),
  stage('sparse', '--sr', '0.01'),
  stage('finetune'),
  stage('val'),
  ['train', '--resume', 'runs/train/exp', ...pytorch],
  ['script', '--python', python, 'train_sparsity.py', '--weights', 'hostile.pt'],
  ['script', '--python', python, 'train_sparsity.py', '--weights=hostile.pt'],
]

const weapon = 'unsafe checkpoint is a weapon to a blind loader'
if (!hasPython) count({ fault: weapon, needs: 'python3' })

it.skipIf(!hasPython)('the checkpoint is a real weapon', () => {
  loadBlindly(join(checkout, 'hostile.pt'))
  const ran = existsSync(witness)
  count({ fault: weapon, tried: 1, wrong: ran ? 0 : 1 })
  expect(ran).toBe(true)
  rmSync(witness)
})

it('no command starts Python on it before the person agreed', async () => {
  const worst = new Worst()
  const wrong: string[] = []
  for (const args of loading) {
    const { code, stderr } = await worst.of(() => call(args))
    if (code !== 2 || !stderr.includes('checkpoint/unsafe-globals'))
      wrong.push(`${args.join(' ')}: ${code} ${stderr}`)
    if (startsOfPython() > 0) wrong.push(`${args.join(' ')} started Python`)
    rmSync(starts, { force: true })
  }
  // Those that read it themselves never do, whatever the person says.
  const reading = [
    ['inspect', 'hostile.pt'],
    ['inspect', 'hostile.pt', '--json'],
    ['check'],
    ['internal-checkpoint', 'hostile.pt'],
    ['prune', '--weights', 'hostile.pt', '--percent', '0.2', '--output', 'cut.pt'],
    ['report', 'exp', '--output', 'r.html'],
    ['runs'],
  ]
  for (const args of reading) {
    await worst.of(() => call(args))
    if (startsOfPython() > 0) wrong.push(`${args.join(' ')} started Python`)
  }
  if (existsSync(witness)) wrong.push('it ran')
  count({
    fault: 'unsafe checkpoint, each command',
    tried: loading.length + reading.length,
    wrong: wrong.length,
    worstMs: worst.ms,
  })
  expect(wrong).toEqual([])
})

it('with --trust-weights, and only then, Python is asked', async () => {
  const agreed = [...stage('sparse', '--sr', '0.01', '--trust-weights')]
  expect((await call(agreed)).stderr).not.toContain('unsafe-globals')
  expect(startsOfPython()).toBeGreaterThan(0)
  rmSync(starts)
  await call([
    'script',
    '--trust-weights',
    '--python',
    python,
    'train_sparsity.py',
    '--weights',
    'hostile.pt',
  ])
  expect(startsOfPython()).toBeGreaterThan(0)
})
