import { isStoppable, type RunSnapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'

/** What actions a row has, as the menus' `when` clauses ask for it. */
export type RunTag =
  | 'run'
  | 'ended'
  | 'queued'
  | 'stop'
  | 'resume'
  | 'retry'
  | 'charts'
  | 'prune'
  | 'finetune'
  | 'round'
  | 'validate'
  | 'export'

/** Which files of a run are there. */
export type RunFacts = {
  /** The checkpoint that it is about. */
  readonly output: boolean
  /** `weights/last.pt` and `opt.yaml`, which it could go on from. */
  readonly last: boolean
}

const trainings: readonly string[] = ['train', 'sparse', 'finetune']
const brokenOff: readonly string[] = ['stopped', 'failed', 'interrupted']

/** The actions that make sense for a run in its stage and state, with the files that it left. */
export function collectTags(run: RunSnapshot, facts: RunFacts): readonly RunTag[] {
  const { manifest, state, digest } = run
  const { stage, engine } = manifest
  const ended = isEnded(state)
  const training = trainings.includes(stage)
  const ours = engine === 'pytorch' || engine === 'builtin'
  const usable = ended && facts.output && stage !== 'val' && stage !== 'detect'
  const tags: readonly (readonly [tag: RunTag, fits: boolean])[] = [
    ['run', true],
    ['ended', ended],
    ['queued', state === 'queued'],
    ['stop', isStoppable(run)],
    ['resume', ended && state !== 'finished' && training && ours && facts.last],
    // What has finished is done again by its form, with other values.
    ['retry', brokenOff.includes(state) && (ours || engine === 'scripts') && stage !== 'detect'],
    [
      'charts',
      // A run that came to nothing has no charts, but what went wrong is told there.
      stage !== 'detect' && (!ended || !!(digest.started ?? digest.pruned ?? run.summary.failure)),
    ],
    ['prune', usable && training],
    ['finetune', usable && stage === 'prune'],
    ['round', usable && stage === 'finetune'],
    ['validate', usable],
    ['export', usable],
  ]
  return tags.filter(([, fits]) => fits).map(([tag]) => tag)
}

/** What the log says of the files, until somebody has looked. */
export function assumedFacts({ digest, summary }: RunSnapshot): RunFacts {
  return { output: summary.output !== undefined, last: digest.lastEpoch !== undefined }
}
