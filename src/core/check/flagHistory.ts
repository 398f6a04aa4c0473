import type { ScriptFlag } from '../yolov5/release'

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
