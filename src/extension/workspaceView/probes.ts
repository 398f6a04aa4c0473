import { readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import * as v from 'valibot'
import { loadDataYaml } from '../../core/dataset/dataSet'
import { classesOf, parseDataYaml } from '../../core/dataset/dataYaml'
import { imageFiles } from '../../core/dataset/imageFiles'
import { isBelow } from '../../core/disk/isBelow'
import { asSlimError, SlimError } from '../../core/errors'
import type { Detection } from '../../core/yolov5/release'
import { findPython, type Preflight, preflight } from '../../engines/pytorch/python'
import { mapParallel } from '../../runs/index/parallel'
import type { RunSnapshot } from '../../runs/snapshot'
import type { CheckpointFact, DataSetFact, Known } from './facts'

/** Checkpoints of runs that are worth a line; the tree of experiments has the rest. */
const mostOutputs = 10
const mostCheckpoints = 30

/** Asks the interpreter that would train; executes that interpreter, so only in a trusted workspace. */
export async function readPython(
  root: string,
  settings: { readonly configured?: string; readonly active?: string },
): Promise<Known<Preflight>> {
  const { configured, active } = settings
  try {
    const python = await findPython({
      cwd: root,
      ...(configured === undefined ? {} : { setting: configured }),
      ...(active === undefined ? {} : { active }),
    })
    return { kind: 'known', value: await preflight(python, { checkout: root }) }
  } catch (error) {
    const { message, remedy } = asSlimError(error)
    return { kind: 'fault', text: message, remedy }
  }
}

/** A data.yaml as the release will find it: its classes, its images counted, and what would stop a training. */
export async function readDataSet(
  file: string,
  name: string,
  detection: Detection,
): Promise<DataSetFact> {
  const classes = await classCount(file, detection)
  const known = { file, name, ...(classes === undefined ? {} : { classes }) }
  try {
    const set = await loadDataYaml(file, detection)
    // Small data sets are often trained and validated on the same images.
    const images = new Set(await imageFiles([...set.train, ...set.val], detection.root))
    return { file, name, classes: set.nc, images: images.size }
  } catch (error) {
    const { message, remedy } = asSlimError(error)
    return { ...known, problem: { text: message, remedy } }
  }
}

async function classCount(file: string, detection: Detection): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  return classesOf(parseDataYaml(text, detection), detection.capabilities)?.nc
}

/** Files to look at as checkpoints: those that lie about, then what the newest runs left. */
export async function checkpointFiles(
  root: string,
  names: readonly string[],
  runs: readonly RunSnapshot[],
): Promise<readonly Pick<CheckpointFact, 'file' | 'name' | 'bytes'>[]> {
  const outputs = runs
    .flatMap(({ runDir, summary }) =>
      summary.output === undefined ? [] : [resolve(runDir, summary.output)],
    )
    .slice(0, mostOutputs)
  const files = [...new Set([...names.map((name) => join(root, name)), ...outputs])]
  const found = await mapParallel(files.slice(0, mostCheckpoints), async (file) => {
    const info = await stat(file).catch(() => undefined)
    if (!info?.isFile()) return undefined
    const name = isBelow(root, file) ? file.slice(root.length + 1) : basename(file)
    return { file, name, bytes: info.size }
  })
  return found.filter((one) => one !== undefined)
}

const inspection = v.object({
  release: v.string(),
  names: v.array(v.string()),
  unsafeGlobals: v.array(v.string()),
})

/**
 * What a checkpoint is, read by a process of its own and as data alone.
 *
 * @param inspect runs `inspect FILE --json`
 */
export async function readCheckpoint(
  file: Pick<CheckpointFact, 'file' | 'name' | 'bytes'>,
  inspect: (path: string) => Promise<unknown>,
): Promise<CheckpointFact> {
  try {
    const { release, names, unsafeGlobals } = v.parse(inspection, await inspect(file.file))
    return { ...file, release, classes: names.length, unsafe: unsafeGlobals.length }
  } catch (error) {
    const problem = error instanceof SlimError ? error.message : String(error)
    return { ...file, problem }
  }
}
