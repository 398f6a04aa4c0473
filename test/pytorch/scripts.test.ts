import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseEvent } from '../../src/runs/eventCheck'
import { makeWorkspace, ofType, python, type Workspace } from './support'

const root = resolve(import.meta.dirname, '../..')
const program = join(root, 'dist', 'cli.cjs')
const eventFile = join(root, 'test', 'golden', 'tensorboard', 'torch.tfevents')

beforeAll(() => {
  execFileSync(process.execPath, ['esbuild.config.mjs'], { cwd: root })
})

/** A script as forks have it: it writes results, weights, and the histograms of its gammas. */
const training = (flags: readonly string[], folder: string) => `
import argparse, os, shutil, time
parser = argparse.ArgumentParser()
parser.add_argument('--weights', type=str, default='yolov5s.pt')
parser.add_argument('--epochs', type=int, default=3)
parser.add_argument('--st', action='store_true')
parser.add_argument('--sr', type=float, default=0.0001)
parser.add_argument('--fail', action='store_true')
${flags.join('\n')}
opt = parser.parse_args()
run = ${folder}
os.makedirs(os.path.join(run, 'weights'), exist_ok=True)
names = ['epoch'] + ['train/' + k + '_loss' for k in ('box', 'obj', 'cls')]
names += ['metrics/precision', 'metrics/recall', 'metrics/mAP_0.5', 'metrics/mAP_0.5:0.95']
names += ['val/' + k + '_loss' for k in ('box', 'obj', 'cls')] + ['x/lr0', 'x/lr1', 'x/lr2']
shutil.copy(${JSON.stringify(eventFile)}, os.path.join(run, 'events.out.tfevents.1.host'))
with open(os.path.join(run, 'results.csv'), 'w') as results:
    results.write(','.join(names) + '\\n')
    for epoch in range(opt.epochs):
        results.write(','.join([str(epoch)] + ['0.5'] * 3 + [str(0.1 * (epoch + 1))] * 4 + ['0.4'] * 3 + ['0.01'] * 3) + '\\n')
        results.flush()
        time.sleep(0.2)
        if opt.fail:
            raise RuntimeError('the script’s own trouble')
open(os.path.join(run, 'weights', 'last.pt'), 'wb').write(b'weights')
`

const place = [
  "parser.add_argument('--project', default='runs/train')",
  "parser.add_argument('--name', default='exp')",
  "parser.add_argument('--exist-ok', action='store_true')",
]

function runScript(workspace: Workspace, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, 'script', '--python', python, '--json', ...args],
    { cwd: workspace.checkout, encoding: 'utf8' },
  )
  const events = stdout.split('\n').flatMap((line) => parseEvent(line) ?? [])
  return { status, events, stderr }
}

describe('a script of the workspace', () => {
  it('is started as it is, and its results and histograms become events', () => {
    const workspace = makeWorkspace('new')
    const script = join(workspace.checkout, 'train_sparity.py')
    writeFileSync(script, training(place, 'os.path.join(opt.project, opt.name)'))
    const before = readFileSync(script)
    const words = ['train_sparity.py', '--st', '--sr', '0.005', '--epochs', '3', '--name', 'mine']
    const { status, events, stderr } = runScript(workspace, ...words)
    expect(status, stderr).toBe(0)
    expect(ofType(events, 'started')[0]).toMatchObject({
      ...{ engine: 'scripts', epochs: 3 },
      sparsity: { reg: 'l1', sr: 0.005 },
    })
    expect(ofType(events, 'epoch').map(({ epoch, mAP50, sr }) => [epoch, mAP50, sr])).toEqual([
      [0, 0.1, 0.005],
      [1, 0.2, 0.005],
      [2, expect.closeTo(0.3, 6), 0.005],
    ])
    const gammas = ofType(events, 'gamma')
    expect(gammas.map(({ epoch }) => epoch)).toEqual([0, 1, 2])
    expect(gammas[0]?.layers[0]?.histogram.reduce((a, b) => a + b, 0)).toBe(400)
    expect(ofType(events, 'checkpoint')).toMatchObject([{ kind: 'last', bytes: 7 }])
    expect(events.at(-1)).toMatchObject({
      type: 'finished',
      summary: { mAP50_95: expect.closeTo(0.3, 6) },
    })
    expect(existsSync(join(workspace.checkout, 'runs', 'train', 'mine', 'results.csv'))).toBe(true)
    expect(readFileSync(script)).toEqual(before)
  })

  it('that chooses its folder itself is found there', () => {
    const workspace = makeWorkspace('new')
    const script = training([], "'runs/train/exp77'")
    const alwaysSparse = script.replace("'--st', action='store_true'", '$&, default=True')
    writeFileSync(join(workspace.checkout, 'train_sparsity.py'), alwaysSparse)
    const { status, events, stderr } = runScript(workspace, 'train_sparsity.py')
    expect(status, stderr).toBe(0)
    expect(ofType(events, 'epoch').map(({ sr }) => sr)).toEqual([0.0001, 0.0001, 0.0001])
    expect(ofType(events, 'checkpoint')[0]?.path).toContain('exp77')
  })

  it('that goes on with a training is followed in its folder, from where that was', () => {
    const workspace = makeWorkspace('new')
    const run = join(workspace.checkout, 'runs', 'train', 'old')
    mkdirSync(join(run, 'weights'), { recursive: true })
    copyFileSync(join(root, 'media', 'sample', 'baseline.pt'), join(run, 'weights', 'last.pt'))
    writeFileSync(join(run, 'opt.yaml'), 'epochs: 4\nsr: 0.002\nst: true\n')
    const header = 'epoch,train/box_loss,metrics/mAP_0.5:0.95,x/lr0,x/lr1\n'
    writeFileSync(join(run, 'results.csv'), `${header}0,0.5,0.1,0.1,0.1\n1,0.5,0.2,0.1,0.1\n`)
    writeFileSync(
      join(workspace.checkout, 'train_sparsity.py'),
      `import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument('--resume', nargs='?', const=True, default=False)
parser.add_argument('--epochs', type=int, default=300)
${place.join('\n')}
opt = parser.parse_args()
assert opt.project == 'runs/train' and not opt.exist_ok
with open('runs/train/old/results.csv', 'a') as results:
    results.write('2,0.5,0.3,0.1,0.1\\n3,0.5,0.4,0.1,0.1\\n')
`,
    )
    const { status, events, stderr } = runScript(workspace, 'train_sparsity.py', '--resume')
    expect(status, stderr).toBe(0)
    expect(ofType(events, 'epoch').map(({ epoch, epochs, sr }) => [epoch, epochs, sr])).toEqual([
      [2, 4, 0.002],
      [3, 4, 0.002],
    ])
  })

  it('that prunes is told apart, and its output named', () => {
    const workspace = makeWorkspace('new')
    const weights = join(workspace.checkout, 'w.pt')
    copyFileSync(join(root, 'media', 'sample', 'baseline.pt'), weights)
    writeFileSync(
      join(workspace.checkout, 'prune.py'),
      "import argparse\np = argparse.ArgumentParser()\np.add_argument('--percent', type=float)\np.parse_args()\nopen('pruned_model.pt', 'wb').write(b'12345')\n",
    )
    const { status, events, stderr } = runScript(workspace, 'prune.py', '--percent', '0.5')
    expect(status, stderr).toBe(0)
    const pruned = ofType(events, 'checkpoint').filter(({ path }) =>
      path.endsWith('pruned_model.pt'),
    )
    expect(pruned).toMatchObject([{ kind: 'pruned', bytes: 5 }])
  })

  it('that fails ends the run with its last words; one that is not there says which are', () => {
    const workspace = makeWorkspace('new')
    writeFileSync(
      join(workspace.checkout, 'finetune_pruned.py'),
      training(place, 'os.path.join(opt.project, opt.name)'),
    )
    const failed = runScript(workspace, 'finetune_pruned.py', '--fail')
    expect(failed.status).toBe(1)
    expect(failed.events.at(-1)).toMatchObject({
      ...{ type: 'failed', code: 'scripts/failed' },
      stderr: expect.stringContaining('own trouble'),
    })
    const missing = runScript(workspace, 'prune.py')
    expect(missing.status).not.toBe(0)
    expect(missing.stderr).toContain('scripts/missing')
    expect(missing.stderr).toContain('finetune_pruned.py')
  })
})
