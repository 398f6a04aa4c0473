import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCheckpoint } from '../../core/checkpoint/checkpoint'
import { PyDict, PyGlobal } from '../../core/checkpoint/values'
import { writeCheckpoint } from '../../core/checkpoint/writeCheckpoint'
import type { Detection } from '../../core/yolov5/release'
import { prepareScript } from './prepare'

const golden = resolve(import.meta.dirname, '../../../test/golden/checkpoints/v6.2.pt')
const script = 'train_sparsity.py'
let root: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'scripts-'))
  const checkpoint = openCheckpoint(golden)
  if (checkpoint.root instanceof PyDict) checkpoint.root.set('extra', new PyGlobal('os', 'system'))
  writeCheckpoint(checkpoint, checkpoint.root, join(root, 'hostile.pt'))
  checkpoint.close()
  copyFileSync(golden, join(root, 'good.pt'))
  writeFileSync(
    join(root, script),
    "p.add_argument('--weights', default=ROOT / 'hostile.pt')\np.add_argument('--resume', nargs='?')\n",
  )
})
afterAll(() => rmSync(root, { recursive: true }))

/** The code with which it is refused: there is no Python here, so everybody gets that far at most. */
async function refusal(args: readonly string[], trusted = false): Promise<string> {
  const modules = ['Conv', 'C3', 'Bottleneck', 'SPPF', 'Concat', 'Detect', 'DetectionModel']
  const capabilities = { slimmingScripts: [script], modules, modelClass: 'DetectionModel' }
  const detection = { root, release: 'v6.2', capabilities } as unknown as Detection
  const python = { cwd: root, flag: join(root, 'no-python') }
  return prepareScript({
    ...{ detection, script, args, python, trusted },
    ...{ commandLine: [], follower: [], slimVersion: '0' },
  }).then(
    () => 'started',
    (error: { code: string }) => error.code,
  )
}

it.each([
  ['named', ['--weights', 'hostile.pt']],
  ['named behind =', ['--weights=hostile.pt']],
  ['named for another flag', ['--weights', 'good.pt', '--teacher', 'hostile.pt']],
  ['the default', []],
])('a script does not get a checkpoint that could run a program: %s', async (_, args) => {
  expect(await refusal(args)).toBe('checkpoint/unsafe-globals')
  expect(await refusal(args, true)).toMatch(/^python\//)
  expect(readdirSync(root)).not.toContain('runs')
})

it('nor does one that goes on with the latest checkpoint, which it names nowhere', async () => {
  const weights = join(root, 'runs', 'train', 'exp', 'weights')
  mkdirSync(weights, { recursive: true })
  copyFileSync(join(root, 'hostile.pt'), join(weights, 'last.pt'))
  expect(await refusal(['--weights', 'good.pt', '--resume'])).toBe('checkpoint/unsafe-globals')
})
