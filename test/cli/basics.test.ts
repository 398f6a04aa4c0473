import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { program, root, scratchFolder, slim, standIn } from './program'

const scratch = scratchFolder()
let checkout = ''
const empty = join(scratch.path, 'empty', 'folder')
beforeAll(() => {
  mkdirSync(empty, { recursive: true })
  checkout = standIn(scratch.path, 'new')
})
afterAll(scratch.dispose)

describe('yolov5-slim', () => {
  it('prints the version of package.json', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(await slim(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('lists its commands, without internal ones', async () => {
    const { code, stdout } = await slim([])
    expect(code).toBe(0)
    for (const name of ['detect', 'inspect', 'doctor', 'train', 'sparse', 'prune', 'finetune']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
    }
    expect(stdout).not.toContain('internal-plan')
  })

  it.each([
    [['detct'], 'cli/unknown-command', 'Did you mean detect?'],
    [['prune', '--percnt', '0.5'], 'cli/unknown-flag', 'Did you mean --percent?'],
    [['prune', '--percent', 'half'], 'cli/bad-value', 'Give a share such as 0.5, or zero.'],
    [['prune', '--percent'], 'cli/missing-value', '--help'],
    [['prune', '--percent', '0.5'], 'cli/missing-flag', '--weights'],
    [['prune', '--weights', 'w.pt'], 'cli/missing-flag', '--percent 0.5'],
    [['prune', '--weights', 'w.pt', '--percent', '50'], 'cli/bad-value', '--percent 0.5'],
    [['prune', '--weights', 'w.pt', '--percent', '1'], 'prune/bad-percent', 'below 1'],
    [['sparse', '--percent', '1'], 'flags/value', 'under 1'],
    [['sample', 'big', '--size', '100000'], 'cli/bad-value', 'from 32 to 4096'],
    [['prune', '--weights', 'w.pt', '--percent', '0.5'], 'cli/no-such-file', 'Correct the path'],
    [
      ['prune', '--weights', 'w.pt', '--percent', '1', '--threshold', '1'],
      'cli/conflicting-flags',
      'Leave one',
    ],
    [['inspect'], 'cli/missing-argument', '--help'],
    [['inspect', 'nothing.pt'], 'cli/no-such-file', 'Correct the path'],
    [['detect', 'nowhere'], 'cli/no-such-folder', 'Name the folder'],
    [['runs', '--project', 'nowhere'], 'cli/no-such-folder', 'Correct the path'],
    [['report', 'a', '--project', 'nowhere'], 'cli/no-such-folder', 'Correct the path'],
    [['stop', 'a', '--project', process.execPath], 'cli/not-a-folder', 'Correct the path'],
    [['detect', process.execPath], 'cli/not-a-folder', 'Name the folder'],
    [['detect', 'here', 'there'], 'cli/unexpected-argument', '--help'],
    [['sparse', '--engine', 'pytorch', '--weights', 'w.pt'], 'detect/not-found', 'train.py'],
    [['sparse', '--weights', 'w.pt'], 'flags/value', '--data'],
  ] as const)('refuses %j with %s, exit code 2 and a remedy', async (args, errorCode, remedy) => {
    const { code, stdout, stderr } = await slim(args, { cwd: empty })
    expect(stderr).toMatch(new RegExp(`^error\\[${errorCode}\\]: \\S.*\\n {2}→ \\S.*\\n$`))
    expect(stderr).toContain(remedy)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it.skipIf(process.platform === 'win32').each(['runs', 'sparse --data d.yaml', 'inspect x.pt'])(
    'tells of a current folder that was deleted: %s',
    (line) => {
      const gone = join(scratch.path, 'gone')
      mkdirSync(gone)
      const command = `rmdir "${gone}"; "${process.execPath}" "${program}" ${line} 2>&1; echo "$?"`
      const said = execFileSync('bash', ['-c', command], { cwd: gone, encoding: 'utf8' })
      expect(said).toMatch(/^error\[cli\/no-current-folder\]: \S.*\n {2}→ \S.*\n2\n$/)
    },
  )

  it('shows a stack only to those who ask for it', async () => {
    const { stderr } = await slim(['inspect', 'x.pt'], { env: { YOLOV5_SLIM_DEBUG: '1' } })
    expect(stderr).toMatch(/\n {4}at /)
  })

  it('does not mind a reader that goes away', () => {
    const command = `"${process.execPath}" "${program}" detect "${checkout}" --json | head -c 1; echo; echo "\${PIPESTATUS[0]}"`
    const [shown, code] = execFileSync('bash', ['-c', command], { encoding: 'utf8' }).split('\n')
    expect([shown, code]).toEqual(['{', '0'])
  })
})

describe('detect', () => {
  it('prints release, evidence and capabilities as JSON', async () => {
    const { code, stdout } = await slim(['detect', checkout, '--json'])
    const found = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(found).toMatchObject({ release: 'v6.2', root: checkout })
    expect(found.evidence.length).toBeGreaterThan(3)
    expect(found.capabilities).toMatchObject({ evaluation: 'val', trainEntry: 'main' })
    expect(Object.keys(found).sort()).toEqual(
      ['capabilities', 'confidence', 'evidence', 'release', 'root'].sort(),
    )
  })

  it('finds a checkout one level down, and says when there are several', async () => {
    const parent = join(scratch.path, 'several')
    mkdirSync(parent)
    standIn(parent, 'new')
    expect((await slim(['detect', parent])).stdout).toContain('yolov5-new')
    standIn(parent, 'old')
    const { stdout } = await slim(['detect', '--json'], { cwd: parent })
    expect(JSON.parse(stdout).others).toHaveLength(1)
    const refused = await slim(['runs'], { cwd: parent })
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('error[cli/several-checkouts]')
    expect((await slim(['runs', '--checkout', 'yolov5-old'], { cwd: parent })).code).toBe(0)
  })

  it('leaves the checkout as it was', () => {
    expect(existsSync(join(checkout, 'runs'))).toBe(false)
    expect(readdirSync(checkout).sort()).toEqual(
      readdirSync(join(root, 'test/fixtures/standin-new'))
        .filter((n) => n !== '__pycache__')
        .sort(),
    )
  })
})

describe('help of a stage', () => {
  it.each([
    ['sparse', '--help'],
    ['help', 'sparse'],
    ['train_sparsity.py', '-h'],
  ])('%s %s lists our flags and the release’s', async (...args) => {
    const { code, stdout } = await slim(args, { cwd: checkout })
    expect(code).toBe(0)
    expect(stdout).toContain('Usage: yolov5-slim sparse')
    expect(stdout).toContain('--sr-schedule <constant|linear>')
    expect(stdout).toContain(`YOLOv5 v6.2 in ${checkout}`)
    expect(stdout).toContain('--hyp')
  })

  it('works outside a checkout', async () => {
    const { code, stdout } = await slim(['val', '--help'], { cwd: root })
    expect(code).toBe(0)
    expect(stdout).toContain('val.py')
  })
})

describe('internal-plan', () => {
  it('answers the runner: every layer, and a strength for each epoch', async () => {
    const bn = {
      className: 'torch.nn.modules.batchnorm.BatchNorm2d',
      attributes: { num_features: 4 },
      tensors: { weight: [4], bias: [4], running_mean: [4], running_var: [4] },
      children: {},
    }
    const conv = (rows: number, columns: number, bias: boolean) => ({
      className: 'torch.nn.modules.conv.Conv2d',
      attributes: { groups: 1, stride: [1, 1], in_channels: columns, out_channels: rows },
      tensors: { weight: [rows, columns, 1, 1], ...(bias ? { bias: [rows] } : {}) },
      children: {},
    })
    const block = (index: number) => ({
      className: 'models.common.Conv',
      attributes: { i: index, f: -1 },
      tensors: {},
      children: {
        conv: conv(4, index === 0 ? 3 : 4, false),
        bn,
        act: {
          className: 'torch.nn.modules.activation.SiLU',
          attributes: {},
          tensors: {},
          children: {},
        },
      },
    })
    const module = (className: string, children: object, attributes: object = {}) => ({
      className,
      attributes,
      tensors: {},
      children,
    })
    const heads = module('torch.nn.modules.container.ModuleList', { 0: conv(18, 4, true) })
    const detect = module('models.yolo.Detect', { m: heads }, { i: 2, f: [1], nc: 1, na: 3 })
    const layers = { 0: block(0), 1: block(1), 2: detect }
    const request = {
      model: module('models.yolo.Model', {
        model: module('torch.nn.modules.container.Sequential', layers),
      }),
      sparsity: { reg: 'prox', sr: 0.01, schedule: 'linear', percent: 0.5 },
      schedule: {
        epochs: 3,
        startEpoch: 0,
        stepsPerEpoch: 10,
        lr: [0.01, 0.01, 0.01],
        warmupSteps: 0,
        momentum: 0.9,
        optimizer: 'SGD',
      },
    }
    const { code, stdout } = await slim(['internal-plan'], { stdin: JSON.stringify(request) })
    expect(code).toBe(0)
    const reply = JSON.parse(stdout)
    expect(reply.layers).toEqual([
      { name: 'model.0.bn', channels: 4 },
      { name: 'model.1.bn', channels: 4 },
    ])
    expect(reply.sr).toHaveLength(3)
    expect(reply.sr[2] / reply.sr[0]).toBeCloseTo(0.1, 6)
  })

  it('refuses what is no request', async () => {
    const { code, stderr } = await slim(['internal-plan'], { stdin: '[]' })
    expect(code).toBe(2)
    expect(stderr).toContain('error[cli/bad-plan-request]')
  })
})
