import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../../..')
const program = join(root, 'dist', 'cli.cjs')

export type Workspace = {
  readonly folder: string
  /** The YOLOv5 checkout in it. */
  readonly checkout: string
  remove(): void
}

/** An empty folder whose name is one that people use and programs stumble over. */
export function emptyWorkspace(): Pick<Workspace, 'folder' | 'remove'> {
  const folder = mkdtempSync(join(tmpdir(), 'yolov5 slim 工作区-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) }
}

/**
 * A workspace of a person's own, with a YOLOv5 checkout in `yolov5/`: the one that YOLOV5_CHECKOUTS names, else the
 * stand-in of this repository.
 */
export function checkoutWorkspace(release = 'v6.2'): Workspace {
  const made = emptyWorkspace()
  const { YOLOV5_CHECKOUTS } = process.env
  const source = YOLOV5_CHECKOUTS
    ? join(YOLOV5_CHECKOUTS, release)
    : join(root, 'test', 'fixtures', release === 'v5.0' ? 'standin-old' : 'standin-new')
  const checkout = join(made.folder, 'yolov5')
  cpSync(source, checkout, { recursive: true })
  return { ...made, checkout }
}

/** A model of the person's own, for a v6 checkout. */
export const ownModel = `nc: 80
depth_multiple: 0.33
width_multiple: 0.25
anchors: 3
backbone:
  [[-1, 1, Conv, [64, 6, 2, 2]],
   [-1, 1, Conv, [128, 3, 2]],
   [-1, 3, C3, [128]],
   [-1, 1, SPPF, [128, 5]]]
head:
  [[[3], 1, Detect, [nc, anchors]]]
`

/** What the tests inside VS Code find: a checkout with that model in it, and in the model a slip of the pen. */
export function insideWorkspace(): Workspace {
  const made = checkoutWorkspace()
  writeFileSync(join(made.checkout, 'models', 'mine.yaml'), ownModel.replace('SPPF', 'SPPFF'))
  return made
}

/** A checkout with drawn shapes as `data/shapes.yaml`, and a trained model of them as `shapes.pt`. */
export async function sampleWorkspace(): Promise<Workspace> {
  const made = checkoutWorkspace()
  const { folder, checkout } = made
  const sizes = ['--train', '16', '--val', '8', '--size', '64']
  await slim(folder, ['sample', join(folder, 'shapes'), ...sizes])
  cpSync(join(folder, 'shapes', 'data.yaml'), join(checkout, 'data', 'shapes.yaml'))
  cpSync(join(root, 'media/sample/baseline.pt'), join(checkout, 'shapes.pt'))
  return made
}

const dataFlags = ['--data', 'data/shapes.yaml', '--img-size', '64', '--batch-size', '8']

/** Flags of a stage that is over in seconds. */
export const quick = ['--engine', 'builtin', '--device', 'wasm', ...dataFlags]

/** What trains in a journey that is gone with each engine that is there. */
export type Trainer = {
  readonly engine: 'builtin' | 'pytorch'
  /** As `quick`, with that engine. */
  readonly flags: readonly string[]
  /** Settings of the window. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** The built-in engine, and PyTorch where YOLOV5_CHECKOUTS and YOLOV5_SLIM_PYTHON say with what. */
export const trainers: readonly Trainer[] = [
  { engine: 'builtin', flags: quick, settings: {} },
  ...pytorch(process.env.YOLOV5_SLIM_PYTHON),
]

function pytorch(python: string | undefined): readonly Trainer[] {
  if (!python || !process.env.YOLOV5_CHECKOUTS) return []
  return [
    {
      engine: 'pytorch',
      flags: ['--engine', 'pytorch', '--python', python, '--device', 'cpu', ...dataFlags],
      settings: { 'yolov5-slim.engine': 'pytorch', 'yolov5-slim.python': python },
    },
  ]
}

/**
 * Runs `yolov5-slim` as a person does in a terminal. What it starts does not wait for others of this machine.
 *
 * @returns what it printed; a failure throws with it
 */
export async function slim(cwd: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, YOLOV5_SLIM_QUEUE: join(cwd, '.queue'), YOLOV5_SLIM_LANGUAGE: 'en' }
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { cwd, env })
  return stdout
}

/** Ends what a test that failed left running. */
export async function stopRuns({
  folder,
  checkout,
}: Pick<Workspace, 'folder'> & Partial<Workspace>): Promise<void> {
  const there = checkout === undefined ? [] : ['--checkout', checkout]
  const runs: readonly { readonly id: string; readonly state: string }[] = JSON.parse(
    await slim(folder, ['runs', '--json', ...there]),
  )
  const ended = ['finished', 'stopped', 'failed', 'interrupted']
  for (const { id, state } of runs)
    if (!ended.includes(state)) await slim(folder, ['stop', id, ...there])
}
