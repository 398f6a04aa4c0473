import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterAll } from 'vitest'

/** Those that train; the branch after v7.0 where this Python has what it imports (test/run-suite.mjs). */
export const releases: readonly string[] = [
  ...['v4.0', 'v5.0', 'v6.0', 'v6.1', 'v6.2', 'v7.0'],
  ...(process.env.YOLOV5_SLIM_SUITE_MASTER ? ['master'] : []),
]

/** With `test.py` and `--img-size`, and without YOLOv5n. */
export const isOldStyle = (release: string): boolean => /^v[345]\./.test(release)

/** Pythons to test with: `YOLOV5_SLIM_PYTHONS` (a path list), else the suite's own. */
export const pythons = (
  process.env.YOLOV5_SLIM_PYTHONS ??
  process.env.YOLOV5_SLIM_PYTHON ??
  'python3'
).split(delimiter)

export function checkout(release: string): string {
  const root = process.env.YOLOV5_CHECKOUTS
  if (!root) throw new Error('set YOLOV5_CHECKOUTS to a folder of YOLOv5 checkouts')
  return join(root, release)
}

/** Goes with the tests of the file. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `yolov5-slim-${name}-`))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export type Outcome = {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function execute(command: string, args: readonly string[], cwd: string): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (error) throw error
  return { status, stdout, stderr }
}

/** Fails with what the process said when it did not end well. */
function demand(outcome: Outcome, what: string): Outcome {
  if (outcome.status !== 0) {
    throw new Error(
      `${what} ended with ${outcome.status}:\n${outcome.stdout.slice(-3000)}\n${outcome.stderr.slice(-5000)}`,
    )
  }
  return outcome
}

const here = import.meta.dirname

/** The bundled command line. */
export function slim(args: readonly string[], cwd: string): Outcome {
  return execute(process.execPath, [resolve('dist/cli.cjs'), ...args], cwd)
}

export function slimOk(args: readonly string[], cwd: string): string {
  return demand(slim(args, cwd), `yolov5-slim ${args.join(' ')}`).stdout
}

/** Starts a training and stops it, as Ctrl-C does, when its first checkpoints are written. */
export async function slimInterrupted(args: readonly string[], cwd: string): Promise<void> {
  const words = [resolve('dist/cli.cjs'), ...args, '--json']
  const child = spawn(process.execPath, words, { cwd })
  let log = ''
  let asked = false
  const read = (text: Buffer): void => {
    log += text
    // The best is written after the last.
    if (asked || !/"type":"checkpoint".*"kind":"best"/.test(log)) return
    asked = child.kill('SIGINT')
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  await new Promise((ended) => child.on('close', ended))
  if (!/"type":"stopped"/.test(log)) throw new Error(`not stopped: ${log.slice(-3000)}`)
}

/** A script of the checkout, unmodified, through the compatibility remedies alone. Returns all that it printed. */
export function stock(
  python: string,
  release: string,
  script: string,
  args: readonly string[],
  cwd: string,
): string {
  return stockAt(python, checkout(release), script, args, cwd)
}

export function stockAt(
  python: string,
  repo: string,
  script: string,
  args: readonly string[],
  cwd = repo,
): string {
  const words = ['-B', join(here, 'stock.py'), repo, script, ...args]
  const { stdout, stderr } = demand(execute(python, words, cwd), `${script} of ${repo}`)
  return stdout + stderr
}

/** A helper script of this folder, run with the checkout importable. */
export function helper(
  python: string,
  release: string,
  script: string,
  args: readonly string[],
): string {
  const root = checkout(release)
  const code = `import sys, runpy; sys.dont_write_bytecode = True; sys.argv = sys.argv[1:]
sys.path[:0] = [${JSON.stringify(join(here, '../../src/engines/pytorch/runner'))}, ${JSON.stringify(root)}]
from slim_runner import shims
from slim_runner.offline import quiet_environment
quiet_environment()
from pathlib import Path
class Probe:
    script = Path(${JSON.stringify(root)}) / 'export.py'
    text = chr(10).join(f.read_text(errors='replace') for f in Path(${JSON.stringify(root)}).rglob('*.py'))
shims.apply_shims(Probe())
runpy.run_path(sys.argv[0], run_name='__main__')`
  return demand(
    execute(python, ['-c', code, join(here, script), ...args], checkout(release)),
    `${script} with ${release}`,
  ).stdout
}

/** Draws the data set once per folder; returns its data.yaml. */
export function drawShapes(folder: string, train: number, val: number): string {
  const yaml = join(folder, 'data.yaml')
  if (existsSync(yaml)) return yaml
  const [python = 'python3'] = pythons
  const script = join(here, '../support/draw_shapes.py')
  demand(
    execute(python, [script, folder, '--train', String(train), '--val', String(val)], here),
    'draw_shapes.py',
  )
  return yaml
}

/** Relative paths and contents of a checkout, to see that nothing changed. */
export function snapshot(release: string): string {
  return snapshotOf(checkout(release))
}

/** The same for any folder, without what runs leave behind. */
export function snapshotOf(root: string): string {
  const code = `import hashlib, pathlib, sys
root = pathlib.Path(sys.argv[1])
for f in sorted(p for p in root.rglob('*') if p.is_file()):
    if f.relative_to(root).parts[0] not in ('runs', 'pruned_model.pt'):
        print(f.relative_to(root), hashlib.sha256(f.read_bytes()).hexdigest())`
  const [python = 'python3'] = pythons
  return demand(execute(python, ['-c', code, root], here), 'snapshot').stdout
}
