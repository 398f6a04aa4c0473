import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { scanFlags } from '../../core/yolov5/argparse'
import { resumeAsked, resumedTraining } from './resumed'

const flags = scanFlags("p.add_argument('--resume', nargs='?', const=True, default=False)")
let root: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'resumed-'))
  for (const name of ['train/exp', 'train/exp2', 'finetune/exp']) {
    const checkpoint = join(root, 'runs', name, 'weights', 'last.pt')
    mkdirSync(dirname(checkpoint), { recursive: true })
    writeFileSync(checkpoint, '')
    // Times of change that differ on any file system.
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  writeFileSync(join(root, 'runs', 'train', 'exp', 'opt.yaml'), 'epochs: 9\n')
})
afterAll(() => rmSync(root, { recursive: true }))

it.each([
  [[], false],
  [['--resume'], true],
  [['--resume', '--device', '0'], true],
  [['--resume', 'a.pt'], 'a.pt'],
  [['--res', 'a.pt'], 'a.pt'],
  [['--resume=a.pt', '--device', '0'], 'a.pt'],
  [['--resume', 'a.pt', '--resume', 'b.pt'], 'b.pt'],
])('%j goes on with %s', (args, asked) => {
  expect(resumeAsked(flags, args)).toBe(asked)
})

it('a flag of a script that takes no value has none', () => {
  const plain = scanFlags("p.add_argument('--resume', action='store_true')")
  expect(resumeAsked(plain, ['--resume', 'a.pt'])).toBe(true)
  expect(resumeAsked([], ['--resume'])).toBe(false)
})

it('names the folder and the options of the training', async () => {
  const folder = join(root, 'runs', 'train', 'exp')
  expect(await resumedTraining(root, 'runs/train/exp/weights/last.pt')).toEqual({
    ...{ checkpoint: join(folder, 'weights', 'last.pt'), folder },
    options: 'epochs: 9\n',
  })
  const latest = await resumedTraining(root, true)
  expect(latest).toMatchObject({ folder: join(root, 'runs', 'finetune', 'exp'), options: '' })
  expect(await resumedTraining(root, 'missing.pt')).toBeUndefined()
})
