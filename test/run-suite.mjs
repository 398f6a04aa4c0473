// Runs one of the suites that need more than Node: `node test/run-suite.mjs pytorch [vitest arguments]`.
// A suite whose needs are missing is named, says what is missing, and counts as skipped, never as passed.
// So does each backend of the suite `backends`.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const [suite, ...rest] = process.argv.slice(2)

/** The first Python that can import torch: `YOLOV5_SLIM_PYTHON`, or one of those people usually have. */
function findPython() {
  const named = process.env.YOLOV5_SLIM_PYTHON
  const candidates = named ? [named] : ['python3', '/usr/bin/python3', 'python']
  const code = 'import torch, torchvision, cv2, numpy, pandas, yaml'
  return candidates.find((python) => spawnSync(python, ['-c', code]).status === 0)
}

/** Backends of the built-in engine that were installed into YOLOV5_SLIM_BACKENDS. What a person has for their own work is not looked at. */
const backendPackages = {
  cuda: '@tensorflow/tfjs-node-gpu',
  webgpu: 'webgpu',
  native: '@tensorflow/tfjs-node',
}
const backendFolder = process.env.YOLOV5_SLIM_BACKENDS
const isThere = (kind) =>
  backendFolder && existsSync(join(backendFolder, kind, 'node_modules', backendPackages[kind]))
const backends = Object.keys(backendPackages).filter(isThere)

/** Whether the branch after v7.0 is there, and the Python has what it imports: the package ultralytics, mostly. */
function runsMaster() {
  const root = join(process.env.YOLOV5_CHECKOUTS ?? '', 'master')
  if (!existsSync(root)) return false
  // A checkout calls pip where ultralytics is missing; one that is too old for it fails at some other import.
  const code = 'import ultralytics.utils, utils.general, utils.dataloaders, models.yolo'
  const env = { ...process.env, YOLO_OFFLINE: 'true', YOLO_AUTOINSTALL: 'false' }
  return spawnSync(findPython(), ['-B', '-c', code], { cwd: root, env }).status === 0
}

/** What the suite lacks, in words; it runs when the list is empty. */
const needs = {
  backends: () => {
    if (backends.length > 0) return []
    const install = 'YOLOV5_SLIM_BACKENDS=FOLDER node dist/cli.cjs backend install webgpu'
    return [`YOLOV5_SLIM_BACKENDS, a folder with backends to test (${install})`]
  },
  pytorch: () =>
    findPython()
      ? []
      : ['a Python with torch, torchvision, cv2, pandas and yaml (YOLOV5_SLIM_PYTHON)'],
  faults: () =>
    process.platform === 'linux' ? [] : ['Linux: processes and disks are broken with its means'],
  checkouts: () => {
    const folder = process.env.YOLOV5_CHECKOUTS
    const releases = ['v4.0', 'v5.0', 'v6.0', 'v6.1', 'v6.2', 'v7.0']
    const missing = folder
      ? releases.filter((release) => !existsSync(join(folder, release)))
      : releases
    return [
      ...needs.pytorch(),
      ...(missing.length > 0
        ? [
            `YOLOV5_CHECKOUTS, a folder of YOLOv5 checkouts named ${releases.join(', ')} (no ${missing.join(', ')})`,
          ]
        : []),
    ]
  },
}

if (!(suite in needs)) {
  console.error(`unknown suite ${suite}; there are: ${Object.keys(needs).join(', ')}`)
  process.exit(2)
}
const missing = needs[suite]()
if (missing.length > 0) {
  console.log(`suite ${suite}: SKIPPED, needs ${missing.join('; ')}`)
  process.exit(0)
}
if (suite === 'backends') {
  for (const kind of Object.keys(backendPackages)) {
    if (backends.includes(kind)) continue
    console.log(`suite backends, ${kind}: SKIPPED, needs it in ${backendFolder}`)
  }
}
const hasMaster = suite === 'checkouts' && runsMaster()
if (suite === 'checkouts' && !hasMaster) {
  console.log(
    'suite checkouts, master: SKIPPED, needs it in YOLOV5_CHECKOUTS, and a Python with the ultralytics it is written for',
  )
}
const build = spawnSync(process.execPath, ['esbuild.config.mjs'], { stdio: 'inherit' })
if (build.status !== 0) process.exit(build.status ?? 1)
const vitest = join('node_modules', 'vitest', 'vitest.mjs')
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', `test/${suite}/vitest.config.ts`, ...rest],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      YOLOV5_SLIM_PYTHON: suite === 'backends' ? '' : findPython(),
      YOLOV5_SLIM_SUITE_BACKENDS: backends.join(),
      YOLOV5_SLIM_SUITE_MASTER: hasMaster ? 'yes' : '',
    },
  },
)
process.exit(status ?? 1)
