import { splitFlag } from '../../core/yolov5/flagWords'
import type { AskedStage, Stage } from '../../runs/manifest'
import type { RunSnapshot } from '../../runs/snapshot'
import { within } from './candidates'
import type { Values } from './field'
import { type FormStage, firstStage } from './stage'

/** Stages of runs that a stage can go on from. */
const parentStages: Readonly<Record<AskedStage, readonly Stage[]>> = {
  train: [],
  sparse: ['train', 'finetune', 'sparse'],
  prune: ['sparse', 'train', 'finetune'],
  finetune: ['prune', 'finetune'],
  val: ['train', 'sparse', 'prune', 'finetune'],
}

/** Runs with a checkpoint that a stage can go on from, newest first. */
export function parentRuns(stage: FormStage, runs: readonly RunSnapshot[]): readonly RunSnapshot[] {
  const first = firstStage(stage)
  return runs
    .filter(({ manifest }) => parentStages[first].includes(manifest.stage))
    .filter((run) => run.summary.output !== undefined)
    .sort((a, b) => b.manifest.createdAt - a.manifest.createdAt)
}

/** Flags that a stage takes over from the run it goes on from, by the form's keys. */
const inherited: readonly (readonly [key: string, names: readonly string[]])[] = [
  ['imgsz', ['--imgsz', '--img', '--img-size']],
  ['batch', ['--batch-size']],
  ['device', ['--device']],
  ['data', ['--data']],
]

/**
 * What a form is filled in with when a stage goes on from a run: its checkpoint, and data set and sizes from its
 * command line, or else from the nearest ancestor's, as a prune names none.
 */
export function prefill(
  stage: FormStage,
  run: RunSnapshot,
  runs: readonly RunSnapshot[],
  root: string,
): Values {
  const values: Record<string, string> = {}
  const weights = run.summary.output
  if (weights !== undefined) values.weights = within(root, weights)
  // The weights bring their own model.
  if (weights !== undefined && firstStage(stage) === 'sparse') values.cfg = ''
  for (const { manifest } of line(run, runs)) {
    for (const [key, names] of inherited) {
      const value = flagValue(manifest.commandLine, names)
      if (values[key] === undefined && value !== undefined) values[key] = value
    }
    // What was typed may be relative to another folder.
    const data = manifest.provenance.sha256.data?.path
    if (data !== undefined && flagValue(manifest.commandLine, ['--data']) === values.data) {
      values.data = within(root, data)
    }
  }
  return values
}

/** A run and its ancestors, the nearest first. */
function line(run: RunSnapshot, runs: readonly RunSnapshot[]): readonly RunSnapshot[] {
  const byId = new Map(runs.map((one) => [one.manifest.id, one]))
  const found: RunSnapshot[] = []
  for (let at: RunSnapshot | undefined = run; at && !found.includes(at); ) {
    found.push(at)
    at = byId.get(at.manifest.parent ?? '')
  }
  return found
}

function flagValue(words: readonly string[], names: readonly string[]): string | undefined {
  for (const [i, word] of words.entries()) {
    const [name, inline] = splitFlag(word)
    if (names.includes(name)) return inline ?? words[i + 1]
  }
  return undefined
}
