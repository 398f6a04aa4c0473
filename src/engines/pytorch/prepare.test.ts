import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Capabilities, Detection, ScriptFlag } from '../../core/yolov5/release'
import { ownProcess } from '../../runs/processIdentity'
import { readManifest, runFiles, updateManifest } from '../../runs/store'
import type { LaunchSpec } from '../../runs/supervisor'
import type { RunnerConfig } from './contract'
import { preparePyTorchStage, type StageRequest } from './prepare'
import type { Preflight } from './python'

const checkpoints = join(import.meta.dirname, '../../../test/golden/checkpoints')

const flag = (name: string, shape: Partial<ScriptFlag> = {}): ScriptFlag => ({
  names: [name],
  dest: name.replace(/^-+/, '').replaceAll('-', '_'),
  arity: 'one',
  type: 'string',
  ...shape,
})
const trainFlags: readonly ScriptFlag[] = [
  flag('--weights', { default: "ROOT / 'yolov5s.pt'" }),
  flag('--cfg', { default: "''" }),
  flag('--data', { default: "ROOT / 'data/coco128.yaml'" }),
  flag('--hyp', { default: "ROOT / 'data/hyps/hyp.scratch-low.yaml'" }),
  flag('--epochs', { type: 'int' }),
  flag('--batch-size', { type: 'int' }),
  flag('--device', { default: "''" }),
  flag('--resume', { arity: 'optional', default: 'False' }),
  flag('--single-cls', { arity: 'none', type: 'flag' }),
  flag('--seed', { type: 'int', default: '0' }),
  flag('--project', { default: "ROOT / 'runs/train'" }),
  flag('--name', { default: "'exp'" }),
  flag('--exist-ok', { arity: 'none', type: 'flag' }),
]
const evaluationFlags = trainFlags
  .filter(({ dest }) => !['cfg', 'hyp', 'epochs', 'resume', 'seed'].includes(dest))
  .map((one) =>
    one.dest === 'project'
      ? { ...one, default: "ROOT / 'runs/val'" }
      : one.dest === 'weights'
        ? { ...one, arity: 'many' as const }
        : one,
  )

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prepare-'))
  await put('data/three.yaml', 'train: images\nval: images\nnc: 3\nnames: [a, b, c]\n')
  await put('data/four.yaml', 'train: images\nval: images\nnc: 4\nnames: [a, b, c, d]\n')
  await put('images/x.jpg', '')
  await put('models/yolov5n.yaml', 'nc: 80\nbackbone: [[-1, 1, Conv, [64, 3, 2]]]\n')
  await put('models/torn.yaml', 'nc: 80\nbackbone: [[-1, 1\n')
  await put('data/hyps/hyp.scratch-low.yaml', 'lr0: 0.01\n')
})
afterEach(async () => rm(root, { recursive: true, force: true }))

async function put(path: string, content: string): Promise<string> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), content)
  return join(root, path)
}

function detection(changes: Partial<Capabilities> = {}): Detection {
  return {
    root,
    release: 'v6.2',
    confidence: 1,
    evidence: [],
    capabilities: {
      trainSignature: ['hyp', 'opt', 'device', 'callbacks'],
      trainEntry: 'main',
      evaluation: 'val',
      dataLoaderModule: 'utils.dataloaders',
      clipsGradients: true,
      callbacks: {},
      trainFlags,
      evaluationFlags,
      results: 'results.csv',
      bnParamGroup: 2,
      modules: ['Bottleneck', 'C3', 'Concat', 'Conv', 'Detect', 'SPP', 'SPPF'],
      modelClass: 'DetectionModel',
      segmentation: false,
      classification: true,
      yamlActivation: false,
      dataPath: true,
      dataBase: 'root',
      dataKeys: ['train', 'val', 'nc'],
      dictNames: false,
      hyp: 'data/hyps/hyp.scratch-low.yaml',
      layout: 'repository',
      slimmingScripts: [],
      ...changes,
    },
  }
}

const ready: Preflight = {
  python: {
    command: 'python3',
    args: [],
    source: 'path',
    executable: '/usr/bin/python3',
    version: '3.11.2',
  },
  torch: { version: '2.1.0', cuda: null, rocm: null },
  torchvision: '0.16',
  packages: {},
  missing: [],
  install: [],
  problems: [],
}

const basics = () => ({
  detection: detection(),
  cwd: root,
  planner: ['node', 'cli.cjs', 'internal-plan'],
  runner: '/ext/runner/main.py',
  slimVersion: '1.2.3',
})

async function prepare(
  stage: StageRequest['stage'],
  args: readonly string[],
  changes: Partial<StageRequest> = {},
): Promise<{ readonly spec: LaunchSpec; readonly config: RunnerConfig }> {
  const spec = await preparePyTorchStage({
    ...basics(),
    stage,
    args,
    preflight: ready,
    ...changes,
  })
  const config = JSON.parse(await readFile(runFiles(spec.runDir).runnerConfig, 'utf8'))
  return { spec, config }
}

const scratch = ['--weights', '', '--cfg', 'models/yolov5n.yaml', '--data', 'data/three.yaml']
const golden = join(checkpoints, 'v6.2.pt')
const unfinished = join(checkpoints, 'unfinished.pt')

describe('a new run', () => {
  test('is laid out where the release would, with absolute paths in its own spelling', async () => {
    const { spec, config } = await prepare('sparse', [
      ...scratch,
      '--st',
      '--sr',
      '0.005',
      '--name',
      's',
    ])
    expect(spec.runDir).toBe(join(root, 'runs/train/s'))
    expect(spec.command).toBe('python3')
    expect(spec.args).toEqual(['/ext/runner/main.py', runFiles(spec.runDir).runnerConfig])
    expect(spec.env?.ELECTRON_RUN_AS_NODE).toBe('1')
    expect(config).toMatchObject({
      stage: 'sparse',
      script: 'train.py',
      checkout: root,
      sparsity: { reg: 'prox', sr: 0.005, schedule: 'constant', percent: 0.5 },
      planner: ['node', 'cli.cjs', 'internal-plan'],
      resume: false,
      eventsFile: runFiles(spec.runDir).events,
    })
    expect(config.argv.join(' ')).toBe(
      `--weights  --cfg ${root}/models/yolov5n.yaml --data ${root}/data/three.yaml --hyp ${root}/data/hyps/hyp.scratch-low.yaml --project ${root}/runs/train --name s --exist-ok`,
    )
    const manifest = await readManifest(spec.runDir)
    expect(manifest.commandLine).toEqual([
      'sparse',
      ...scratch,
      '--st',
      '--sr',
      '0.005',
      '--name',
      's',
    ])
    expect(manifest.provenance).toMatchObject({
      slimVersion: '1.2.3',
      torch: '2.1.0',
      cuda: null,
      seed: 0,
    })
    expect(Object.keys(manifest.provenance.sha256)).toEqual(['cfg', 'data'])
  })

  test('sparsity without a strength is automatic; --project and --exist-ok are kept', async () => {
    const args = [...scratch, '--project', 'mine', '--name', 'x', '--exist-ok']
    const { spec, config } = await prepare('sparse', args)
    expect(config.sparsity?.sr).toBe('auto')
    expect(spec.runDir).toBe(join(root, 'mine/x'))
    const process = { pid: 1, startTime: 'gone' }
    await updateManifest(spec.runDir, (m) => ({ ...m, process }))
    expect((await prepare('sparse', args)).spec.runDir).toBe(join(root, 'mine/x'))
    expect(await readdir(join(root, 'mine'))).toEqual(['x'])
    expect(
      (await prepare('train', [...scratch, '--project', 'mine', '--name', 'x'])).spec.runDir,
    ).toBe(join(root, 'mine/x2'))
  })

  test('does not move into the folder of one that runs', async () => {
    const args = [...scratch, '--name', 'x', '--exist-ok']
    const { spec } = await prepare('train', args)
    const process = await ownProcess()
    await updateManifest(spec.runDir, (m) => ({ ...m, process }))
    await expect(prepare('train', args)).rejects.toMatchObject({ code: 'runs/in-use' })
  })

  test('knows the run that its weights come from', async () => {
    const first = await prepare('train', scratch)
    const last = join(first.spec.runDir, 'weights/last.pt')
    await mkdir(dirname(last))
    await writeFile(last, await readFile(golden))
    const { spec } = await prepare('finetune', ['--weights', last, '--data', 'data/three.yaml'])
    expect(spec.manifest.parent).toBe(first.spec.manifest.id)
  })

  test('finds a data set beside the person, or beside the checkout', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'elsewhere-'))
    try {
      await writeFile(join(cwd, 'd.yaml'), 'train: pics\nval: pics\nnc: 1\nnames: [a]\n')
      await mkdir(join(cwd, 'pics'))
      const args = ['--weights', '', '--cfg', 'yolov5n.yaml', '--data', 'd.yaml']
      const old = detection({ dataBase: 'cwd' })
      expect((await prepare('train', args, { cwd, detection: old })).config.cwd).toBe(cwd)
      expect((await prepare('train', scratch, { cwd })).config.cwd).toBe(root)
    } finally {
      await rm(cwd, { recursive: true })
    }
  })

  test('several GPUs go through torch.distributed, with a port of their own', async () => {
    const args = [...scratch, '--device', '0,1', '--batch-size', '16']
    const { spec } = await prepare('train', args)
    expect(spec.args.slice(0, 6)).toEqual([
      '-m',
      'torch.distributed.run',
      '--nproc_per_node=2',
      '--nnodes=1',
      '--node_rank=0',
      '--master_addr=127.0.0.1',
    ])
    expect(spec.args[6]).toMatch(/^--master_port=\d+$/)
    const old: Preflight = { ...ready, torch: { version: '1.8.1', cuda: null, rocm: null } }
    const launched = await prepare('train', args, { preflight: old })
    expect(launched.spec.args.slice(0, 3)).toEqual(['-m', 'torch.distributed.launch', '--use_env'])
    const nodes = [
      '--nnodes',
      '2',
      '--node-rank',
      '1',
      '--master-addr',
      'gpu0',
      '--master-port',
      '1234',
    ]
    const { spec: far } = await prepare('train', [...args, ...nodes])
    expect(far.args).toEqual(
      expect.arrayContaining(['--nnodes=2', '--node_rank=1', '--master_port=1234']),
    )
  })

  test('val is one process, however many GPUs it is given', async () => {
    const args = ['--weights', golden, '--data', 'data/three.yaml']
    const several = ['--device', '0,1', '--batch-size', '5']
    for (const more of [several, [...several, '--nproc-per-node', '2']]) {
      const { spec, config } = await prepare('val', [...args, ...more])
      expect(spec.args).toEqual(['/ext/runner/main.py', runFiles(spec.runDir).runnerConfig])
      expect(config.argv.join(' ')).toContain('--device 0,1')
    }
  })

  test('val runs the evaluation script under runs/val', async () => {
    const args = ['--weights', golden, '--data', 'data/three.yaml']
    const { spec, config } = await prepare('val', args)
    expect(config).toMatchObject({ stage: 'val', script: 'val.py', sparsity: null })
    expect(spec.runDir).toBe(join(root, 'runs/val/exp'))
  })
})

describe('what cannot work is refused before anything is made', () => {
  const weights = ['--weights', golden, '--data', 'data/three.yaml']
  test.each([
    ['flags/unknown', 'train', [...scratch, '--bogus']],
    ['flags/stage', 'finetune', [...weights, '--sr', '0.1']],
    ['flags/value', 'train', [...scratch, '--device', '0,1', '--batch-size', '5']],
    ['flags/value', 'train', [...scratch, '--nnodes', '2']],
    ['flags/value', 'train', ['--weights', '', '--data', 'data/three.yaml']],
    ['flags/value', 'finetune', scratch],
    ['file/not-found', 'train', ['--weights', 'no.pt', '--data', 'data/three.yaml']],
    ['file/not-found', 'train', [...scratch, '--hyp', 'no.yaml']],
    ['file/not-found', 'train', [...scratch, '--data', 'no.yaml']],
    ['data/class-mismatch', 'finetune', ['--weights', golden, '--data', 'data/four.yaml']],
    ['cfg/no-layers', 'train', [...scratch, '--cfg', 'data/three.yaml']],
    ['cfg/syntax', 'train', [...scratch, '--cfg', 'models/torn.yaml']],
    [
      'checkpoint/fused',
      'sparse',
      ['--weights', join(checkpoints, 'fused.pt'), '--data', 'data/three.yaml'],
    ],
    ['runs/name', 'train', [...scratch, '--name', '../x']],
    ['resume/not-found', 'train', ['--resume']],
  ] as const)('%s', async (code, stage, args) => {
    await expect(prepare(stage, args)).rejects.toMatchObject({ code })
    expect(await readdir(root)).not.toContain('runs')
  })

  test('a segmentation model, unless --cfg says what to build', async () => {
    const segment = ['--weights', join(checkpoints, 'v7.0.pt'), '--data', 'data/three.yaml']
    const v7 = detection()
    const modules = [...v7.capabilities.modules, 'Proto', 'Segment', 'SegmentationModel']
    const changes = { detection: detection({ modules }) }
    for (const stage of ['train', 'finetune', 'val'] as const) {
      await expect(prepare(stage, segment, changes)).rejects.toMatchObject({
        code: 'checkpoint/other-task',
      })
    }
    const transfer = await prepare('train', [...segment, '--cfg', 'yolov5n.yaml'], changes)
    expect(transfer.config.stage).toBe('train')
  })

  test('weights of a newer release, packages that are missing, a release without --project; files before Python', async () => {
    const older = { detection: detection({ modelClass: 'Model' }) }
    await expect(prepare('train', weights, older)).rejects.toMatchObject({
      code: 'checkpoint/newer-release',
    })
    const both = [...scratch, '--data', 'no.yaml', '--python', '/no/python']
    await expect(
      preparePyTorchStage({ ...basics(), stage: 'train', args: both }),
    ).rejects.toMatchObject({ code: 'file/not-found' })
    const lacking = { preflight: { ...ready, missing: [{ module: 'cv2', pip: 'opencv-python' }] } }
    await expect(prepare('train', scratch, lacking)).rejects.toMatchObject({
      code: 'python/missing-packages',
    })
    const ancient = detection({ trainFlags: trainFlags.filter(({ dest }) => dest !== 'project') })
    await expect(prepare('train', scratch, { detection: ancient })).rejects.toMatchObject({
      code: 'release/too-old',
    })
  })
})

describe('--resume', () => {
  async function interrupted(weights: string): Promise<string> {
    const { spec } = await prepare('sparse', [...scratch, '--sr', '0.005', '--reg', 'l1'])
    await mkdir(join(spec.runDir, 'weights'))
    await writeFile(join(spec.runDir, 'weights/last.pt'), await readFile(weights))
    await writeFile(join(spec.runDir, 'opt.yaml'), 'epochs: 3\nbatch_size: 8\ndevice: 0,1\n')
    await updateManifest(spec.runDir, (m) => ({ ...m, process: { pid: 1, startTime: 'gone' } }))
    return spec.runDir
  }

  test.each([
    ['the latest run', () => ['--resume']],
    ['a folder', (runDir: string) => ['--resume', runDir]],
    ['a name', () => ['--resume', 'exp']],
    ['a checkpoint', (runDir: string) => ['--resume', join(runDir, 'weights/last.pt')]],
  ])('%s goes on in its own folder, as what it was', async (_, args) => {
    const runDir = await interrupted(unfinished)
    const before = await readManifest(runDir)
    const { spec, config } = await prepare('train', args(runDir))
    expect(spec.runDir).toBe(runDir)
    expect(spec.manifest).toMatchObject({ id: before.id, stage: 'sparse' })
    expect(spec.manifest.process).toBeUndefined()
    expect(spec.notes).toHaveLength(1)
    expect(config).toMatchObject({
      stage: 'sparse',
      resume: true,
      argv: ['--resume', join(runDir, 'weights/last.pt')],
      sparsity: { reg: 'l1', sr: 0.005 },
    })
    // Its opt.yaml says two GPUs.
    expect(spec.args).toContain('--nproc_per_node=2')
  })

  test('a run that the script itself began goes on, and becomes one of ours', async () => {
    const runDir = join(root, 'stock')
    await mkdir(join(runDir, 'weights'), { recursive: true })
    await writeFile(join(runDir, 'weights/last.pt'), await readFile(unfinished))
    await writeFile(join(runDir, 'opt.yaml'), 'epochs: 3\nbatch_size: 8\n')
    const { spec, config } = await prepare('train', ['--resume', runDir])
    expect(spec.runDir).toBe(runDir)
    expect(config).toMatchObject({ stage: 'train', resume: true, sparsity: null })
    expect(spec.manifest).toMatchObject({ stage: 'train', engine: 'pytorch' })
  })

  test('a run that finished has nothing left to do', async () => {
    const runDir = await interrupted(golden)
    await expect(prepare('sparse', ['--resume', runDir])).rejects.toMatchObject({
      code: 'resume/finished',
    })
  })

  test('one that still runs is left alone', async () => {
    const runDir = await interrupted(unfinished)
    const process = await ownProcess()
    await updateManifest(runDir, (m) => ({ ...m, process }))
    await expect(prepare('sparse', ['--resume', runDir])).rejects.toMatchObject({
      code: 'resume/in-use',
    })
  })
})
