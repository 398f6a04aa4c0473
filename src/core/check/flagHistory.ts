import type { Release, ScriptFlag } from '../yolov5/release'
import { ofModule } from './history'
import { releaseWith, type Spans } from './spans'

/** Flags of YOLOv5's own scripts in any release, from the parsers of v3.1 to v7.0 and master. */
const FLAGS = new Set(
  `adam agnostic-nms artifact_alias augment batch-size bbox_interval bucket cache cache-images cfg classes conf-thres
  cos-lr cutoff data decay device dnn dropout dynamic entity epochs evolve evolve_population exist-ok freeze grid half
  hard-fail hide-conf hide-labels hyp image-weights img img-size imgsz include inplace int8 iou-thres keras
  label-smoothing line-profile line-thickness linear-lr local_rank log-artifacts log-imgs logdir lr0 mask-ratio max-det
  merge mlmodel model multi-scale name nms no-overlap noautoanchor noplots nosave notest noval opset optimize optimizer
  patience per-tensor port pretrained profile project pt-only quad rect resume resume_evolve retina-masks save-conf
  save-crop save-csv save-dir save-format save-hybrid save-json save-period save-txt save_period seed simplify
  single-cls source sync-bn task test topk-all topk-per-class train update upload_dataset verbose vid-stride view-img
  visualize weights workers workspace`
    .split(/\s+/)
    .map((name) => `--${name}`),
)

/**
 * Flags that a script has in some releases only, without their dashes, from the same parsers. A script that is called
 * otherwise in some of them stands under the later name, as a module.
 */
export const SCRIPT_FLAGS: Readonly<Record<string, Spans>> = {
  benchmarks: { 'v6.2..master': 'device half hard-fail pt-only test' },
  'classify.predict': {
    'v7.0..v7.0': 'augment visualize',
    'v7.0..master': 'data nosave save-txt update vid-stride view-img',
  },
  'classify.train': { 'v7.0..master': 'decay' },
  detect: {
    'v3.1..v3.1': 'save-dir',
    'v4.0..master': 'exist-ok name project',
    'v5.0..master': 'nosave',
    'v6.0..v7.0': 'visualize',
    'v6.0..master': 'dnn half hide-conf hide-labels img imgsz line-thickness max-det save-crop',
    'v6.1..master': 'data',
    'v7.0..master': 'vid-stride',
    'master..master': 'save-csv save-format',
  },
  export: {
    'v5.0..v5.0': 'grid',
    'v5.0..master': 'device dynamic',
    'v6.0..v6.2': 'train',
    'v6.0..master': `conf-thres data half img imgsz include inplace int8 iou-thres optimize opset simplify topk-all
      topk-per-class`,
    'v6.1..master': 'agnostic-nms nms verbose workspace',
    'v6.2..master': 'keras',
    'master..master': 'cache mlmodel per-tensor',
  },
  'segment.predict': { 'v7.0..v7.0': 'visualize' },
  train: {
    'v3.1..v3.1': 'logdir',
    'v3.1..v5.0': 'cache-images notest',
    'v3.1..v6.0': 'adam',
    'v4.0..v4.0': 'log-artifacts log-imgs',
    'v4.0..master': 'exist-ok project quad',
    'v5.0..v5.0': 'save_period',
    'v5.0..v6.0': 'linear-lr',
    'v5.0..v7.0': 'artifact_alias',
    'v5.0..master': 'bbox_interval entity label-smoothing upload_dataset',
    'v6.0..master': 'cache freeze img imgsz noval patience save-period',
    'v6.1..master': 'cos-lr optimizer',
    'v6.2..master': 'noplots seed',
    'master..master': 'evolve_population resume_evolve',
  },
  val: {
    'v3.1..v3.1': 'save-dir',
    'v4.0..master': 'exist-ok name project save-hybrid',
    'v6.0..master': 'half img imgsz',
    'v6.1..master': 'dnn workers',
    'v7.0..master': 'max-det',
  },
}

/** What one release calls a flag that another calls otherwise. */
const RENAMED: Readonly<Record<string, string>> = {
  '--imgsz': '--img-size',
  '--img-size': '--imgsz',
  '--notest': '--noval',
  '--noval': '--notest',
  '--save_period': '--save-period',
  '--save-period': '--save_period',
  '--upload-dataset': '--upload_dataset',
  '--logdir': '--project',
  '--project': '--logdir',
  '--cache-images': '--cache',
  '--thickness': '--line-thickness',
  '--output': '--project',
}

/** How a script says what a flag of another release says. */
export type OtherWords = {
  /** Empty where it does so without being told. */
  readonly text: string
  /** The flag's value is said with it. */
  readonly withValue?: true
  /** It is what was likely meant, no more. */
  readonly guessed?: true
}

/** Whether a script of some release has this flag, so that it is no misspelling of another. */
export function isKnownFlag(name: string): boolean {
  return FLAGS.has(name)
}

/** The one flag that a name may abbreviate, as argparse allows. */
function wholeName(name: string): string {
  if (FLAGS.has(name)) return name
  const [only, ...others] = [...FLAGS].filter((flag) => flag.startsWith(name))
  return only !== undefined && others.length === 0 ? only : name
}

/** The release nearest to `from` whose script, whatever it is called there, has a flag. */
export function releaseWithFlag(
  script: string,
  written: string,
  from: Release,
): Release | undefined {
  const module = script.replace(/\.py$/, '').replaceAll('/', '.')
  return releaseWith(ofModule(SCRIPT_FLAGS, module), wholeName(written).slice(2), from)
}

/**
 * What stands for a flag that a script lacks.
 *
 * @param value that is given to it
 * @param code of the script, without comments
 */
export function otherWords(
  written: string,
  value: string | undefined,
  flags: readonly ScriptFlag[],
  code: string,
): OtherWords | undefined {
  const name = wholeName(written)
  const has = (flag: string): boolean => flags.some(({ names }) => names.includes(flag))
  // train.py learned to choose the optimizer with v6.1, and went over to a linear schedule.
  if (name === '--adam') return has('--optimizer') ? { text: '--optimizer Adam' } : undefined
  if (name === '--optimizer' && has('--adam')) {
    if (value === 'Adam') return { text: '--adam', withValue: true }
    return value === 'SGD' ? { text: '', withValue: true } : undefined
  }
  if (name === '--linear-lr') return has('--cos-lr') ? { text: '' } : undefined
  if (name === '--cos-lr') {
    // v3.1 and v4.0 know no other schedule, and so have no flag for it.
    const cosine = has('--linear-lr') || /\bone_cycle\(|\bmath\.cos\(/.test(code)
    return cosine ? { text: '' } : undefined
  }
  const now = Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined
  return now !== undefined && has(now) ? { text: now } : undefined
}
