import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { count, Worst } from './support/figures'
import { hasPython, loadBlindly } from './support/hostile'
import { slim } from './support/program'
import { unsafeCheckout } from './support/unsafe'

const unsafe = unsafeCheckout('unsafe')
const { checkout, python, env, startsOfPython, wasExecuted } = unsafe
afterAll(unsafe.dispose)

const call = (args: readonly string[]) => slim(args, { cwd: checkout, env })

const pytorch = ['--python', python, '--engine', 'pytorch']
const stage = (name: string, ...more: string[]) => [
  ...[name, '--weights', 'hostile.pt', '--data', 'data/yours.yaml', ...pytorch, ...more],
]
const loading: readonly (readonly string[])[] = [
  stage('train', '--cfg', 'models/yolov5s.yaml'),
  stage('sparse', '--sr', '0.01'),
  stage('finetune'),
  stage('val'),
  stage('loop', '--sr', '0.01', '--percent', '0.5'),
  stage('loop', '--sr', '0.01', '--percent', '0.5', '--detach', '--json'),
  ['train', '--resume', 'runs/train/exp', ...pytorch],
  ['script', '--python', python, 'train_sparsity.py', '--weights', 'hostile.pt'],
  ['script', '--python', python, 'train_sparsity.py', '--weights=hostile.pt'],
]

const weapon = 'unsafe checkpoint is a weapon to a blind loader'
if (!hasPython) count({ fault: weapon, needs: 'python3' })

it.skipIf(!hasPython)('the checkpoint is a real weapon', () => {
  loadBlindly(join(checkout, 'hostile.pt'))
  const ran = wasExecuted()
  count({ fault: weapon, tried: 1, wrong: ran ? 0 : 1 })
  expect(ran).toBe(true)
})

it('no command starts Python on it before the person agreed', async () => {
  const worst = new Worst()
  const wrong: string[] = []
  for (const args of loading) {
    const { code, stderr } = await worst.of(() => call(args))
    if (code !== 2 || !stderr.includes('checkpoint/unsafe-globals'))
      wrong.push(`${args.join(' ')}: ${code} ${stderr}`)
    if (startsOfPython() > 0) wrong.push(`${args.join(' ')} started Python`)
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
    const { code, stderr } = await worst.of(() => call(args))
    // One that broke down before it came to the file would not have started anything either.
    if (code !== 0) wrong.push(`${args.join(' ')}: ${code} ${stderr}`)
    if (startsOfPython() > 0) wrong.push(`${args.join(' ')} started Python`)
  }
  if (wasExecuted()) wrong.push('it ran')
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
