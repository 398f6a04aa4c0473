import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import type { RunnerConfig, RunnerSparsity } from '../../src/engines/pytorch/contract'
import { parseEvent } from '../../src/runs/eventCheck'
import type { RunEvent } from '../../src/runs/events'
import { drawSquares } from '../support/squares'

const here = dirname(fileURLToPath(import.meta.url))
export const runnerMain = resolve(here, '../../src/engines/pytorch/runner/main.py')

/** The Python to test with; the suite must fail, not pass, where there is none with torch. */
export const python = findPython()

function findPython(): string {
  const named = process.env.YOLOV5_SLIM_PYTHON ?? 'python3'
  try {
    execFileSync(named, ['-c', 'import torch, yaml'], { stdio: 'pipe' })
  } catch (error) {
    throw new Error(
      `${named} cannot import torch and yaml: name a Python that can with YOLOV5_SLIM_PYTHON`,
      { cause: error },
    )
  }
  return named
}

/** How the two styles of YOLOv5's train.py differ in what the tests pass. */
export const styles = {
  old: {
    fixture: 'standin-old',
    imageFlag: ['--img-size', '64', '64'],
    evaluation: 'test.py',
    evaluationImageFlag: ['--img-size', '64'],
    results: 'results.txt',
    bnGroupWarmupLrAtStart: 0,
  },
  new: {
    fixture: 'standin-new',
    imageFlag: ['--imgsz', '64'],
    evaluation: 'val.py',
    evaluationImageFlag: ['--imgsz', '64'],
    results: 'results.csv',
    bnGroupWarmupLrAtStart: 0,
  },
} as const
export type Style = keyof typeof styles

export type Workspace = { readonly root: string; readonly checkout: string; readonly data: string }

const roots: string[] = []
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})

/**
 * A fresh copy of a stand-in checkout, and two classes of drawn squares: 24 images to train on, 8 to validate. It goes
 * with the tests of the file.
 */
export function makeWorkspace(style: Style): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'slim-pytorch-'))
  roots.push(root)
  const checkout = join(root, 'checkout')
  cpSync(resolve(here, '../fixtures', styles[style].fixture), checkout, { recursive: true })
  return { root, checkout, data: drawSquares(join(root, 'data'), 24, 8) }
}

export type RunOptions = {
  readonly stage?: RunnerConfig['stage']
  readonly name: string
  readonly style: Style
  readonly sparsity?: RunnerSparsity
  readonly epochs?: number
  readonly weights?: string
  readonly data?: string
  readonly extra?: readonly string[]
  /** Checkpoint to resume from, instead of all the other options of the script. */
  readonly resume?: string
  readonly env?: Readonly<Record<string, string>>
  /** Ranks of one distributed training. */
  readonly processes?: number
}

export type Outcome = {
  readonly status: number | null
  readonly events: readonly RunEvent[]
  readonly log: string
  readonly runDir: string
}

export type Started = {
  readonly child: ChildProcess
  readonly runDir: string
  readonly events: () => readonly RunEvent[]
  readonly ended: Promise<Outcome>
}

/** Starts the real runner as the engine does. */
export function start(workspace: Workspace, options: RunOptions): Started {
  const { style, name, stage = 'train', epochs = 2 } = options
  const facts = styles[style]
  const runDir = join(workspace.root, 'runs', name)
  const eventsFile = join(runDir, 'slim', 'events.jsonl')
  mkdirSync(join(runDir, 'slim'), { recursive: true })
  const place = ['--project', join(workspace.root, 'runs'), '--name', name, '--exist-ok']
  const data = ['--data', options.data ?? workspace.data, '--device', 'cpu']
  const training = [
    '--weights',
    options.weights ?? '',
    '--epochs',
    `${epochs}`,
    '--batch-size',
    '8',
  ]
  const argv =
    options.resume !== undefined
      ? ['--resume', options.resume]
      : stage === 'val'
        ? [...data, ...facts.evaluationImageFlag, '--weights', options.weights ?? '', ...place]
        : [...data, ...facts.imageFlag, ...training, '--cfg', 'models/yolov5s.yaml', ...place]
  const config: RunnerConfig = {
    v: 1,
    checkout: workspace.checkout,
    layout: 'repository',
    stage,
    script: stage === 'val' ? facts.evaluation : 'train.py',
    argv: [...argv, ...(options.extra ?? [])],
    cwd: workspace.checkout,
    runDir,
    eventsFile,
    sparsity: options.sparsity ?? null,
    planner: [python, join(here, 'planner.py')],
    resume: options.resume !== undefined,
  }
  const file = join(runDir, 'slim', 'runner.json')
  writeFileSync(file, JSON.stringify(config))
  const processes = options.processes ?? 1
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const children = Array.from({ length: processes }, (_, rank) =>
    spawn(python, [runnerMain, file], {
      env: {
        ...process.env,
        OMP_NUM_THREADS: '1',
        ...(processes > 1 ? ranked(rank, processes, port) : {}),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    }),
  )
  let log = ''
  for (const { stdout, stderr } of children) {
    for (const stream of [stdout, stderr]) {
      stream.on('data', (text) => {
        log += text
      })
    }
  }
  const statuses = children.map(
    (child) => new Promise<number | null>((done) => child.on('close', done)),
  )
  const ended = Promise.all(statuses).then((all): Outcome => {
    const status = all.find((one) => one !== 0) ?? 0
    return { status, events: readEvents(eventsFile), log, runDir }
  })
  const [child] = children
  if (!child) throw new Error('no process')
  return { child, runDir, events: () => readEvents(eventsFile), ended }
}

/** What torch's launcher tells each process; its own, of torch 1.13, does not start on Python 3.11. */
function ranked(rank: number, world: number, port: number): Record<string, string> {
  return {
    RANK: `${rank}`,
    LOCAL_RANK: `${rank}`,
    WORLD_SIZE: `${world}`,
    LOCAL_WORLD_SIZE: `${world}`,
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: `${port}`,
  }
}

export function run(workspace: Workspace, options: RunOptions): Promise<Outcome> {
  return start(workspace, options).ended
}

/** Every line must be a valid event of the schema. */
export function readEvents(file: string): RunEvent[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
  return lines.map((line) => {
    const event = parseEvent(line)
    if (!event) throw new Error(`not an event: ${line}`)
    return event
  })
}

export function ofType<T extends RunEvent['type']>(
  events: readonly RunEvent[],
  type: T,
): Extract<RunEvent, { type: T }>[] {
  return events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type)
}

export type CheckpointFacts = {
  readonly epoch: number
  readonly finite: boolean
  readonly shapes: Readonly<Record<string, readonly number[]>>
  readonly anchors: readonly number[]
  readonly gammas: Readonly<Record<string, readonly number[]>>
}

export function inspectCheckpoint(workspace: Workspace, file: string): CheckpointFacts {
  const script = join(here, 'inspect_checkpoint.py')
  const output = execFileSync(python, [script, workspace.checkout, file], { encoding: 'utf8' })
  return JSON.parse(output) as CheckpointFacts
}

/** SHA-256 of each file under a folder, by relative path. */
export function fingerprint(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name))
  return Object.fromEntries(
    files
      .sort()
      .map((file) => [
        file.slice(folder.length),
        createHash('sha256').update(readFileSync(file)).digest('hex'),
      ]),
  )
}

/** Resolves when `condition` holds, looked at ten times a second; throws after `seconds`. */
export async function until(condition: () => boolean, seconds = 120): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`)
    await new Promise((done) => setTimeout(done, 100))
  }
}
