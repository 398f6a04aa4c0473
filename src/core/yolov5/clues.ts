import type { Release } from './release'

/**
 * One yes-or-no question to a checkout, and the releases that answer yes: from `since` up to, not
 * including, `until`. Together the clues of a boundary between two releases outvote the odd deleted or
 * added file.
 */
export type Clue = {
  readonly file: string
  /** Looked for in the code of `file`; without it the question is whether `file` exists. */
  readonly pattern?: RegExp
  /** What the pattern stands for, as a person would write it. */
  readonly shown?: string
  readonly since: Release
  readonly until?: Release
  /** Lies beside the package rather than in it, so the pip package can't answer. */
  readonly repositoryOnly?: true
}

const file = (path: string, since: Release, until?: Release): Clue => ({
  file: path,
  since,
  ...(until === undefined ? {} : { until }),
})

const text = (
  path: string,
  shown: string,
  pattern: RegExp,
  since: Release,
  until?: Release,
): Clue => ({ ...file(path, since, until), shown, pattern })

const flag = (name: string, since: Release, until?: Release): Clue =>
  text('train.py', name, new RegExp(`add_argument\\([^)]*["']${name}["']`), since, until)

const TRAIN = 'train.py'
const YOLO = 'models/yolo.py'
const COMMON = 'models/common.py'

/** Checked against every tag from v3.1 to v7.0 and master: on each, every clue agrees with its label. */
export const CLUES: readonly Clue[] = [
  flag('--project', 'v4.0'),
  flag('--quad', 'v4.0'),
  text(COMMON, 'class C3', /^class C3\(/m, 'v4.0'),
  text(COMMON, 'nn.SiLU', /nn\.SiLU/, 'v4.0'),
  text('models/yolov5s.yaml', 'C3', /\bC3\b/, 'v4.0'),
  file('utils/autoanchor.py', 'v4.0'),
  file('utils/loss.py', 'v4.0'),
  file('utils/metrics.py', 'v4.0'),
  file('utils/plots.py', 'v4.0'),

  flag('--linear-lr', 'v5.0', 'v6.1'),
  flag('--upload_dataset', 'v5.0'),
  flag('--label-smoothing', 'v5.0'),
  text(TRAIN, 'ComputeLoss', /\bComputeLoss\b/, 'v5.0'),
  text(COMMON, 'class C3TR', /^class C3TR\(/m, 'v5.0'),
  file('utils/wandb_logging/wandb_utils.py', 'v5.0', 'v6.0'),

  file('val.py', 'v6.0'),
  file('test.py', 'v3.1', 'v6.0'),
  text(TRAIN, 'def main(opt, callbacks)', /^def main\(\s*opt\s*,\s*callbacks/m, 'v6.0'),
  flag('--imgsz', 'v6.0'),
  flag('--patience', 'v6.0'),
  text(COMMON, 'class SPPF', /^class SPPF\(/m, 'v6.0'),
  file('utils/callbacks.py', 'v6.0'),
  file('utils/loggers', 'v6.0'),
  file('utils/augmentations.py', 'v6.0'),
  file('data/hyps', 'v6.0'),

  flag('--cos-lr', 'v6.1'),
  flag('--optimizer', 'v6.1'),
  text(TRAIN, 'check_train_batch_size', /\bcheck_train_batch_size\b/, 'v6.1'),
  text(COMMON, 'class DetectMultiBackend', /^class DetectMultiBackend\(/m, 'v6.1'),
  file('utils/autobatch.py', 'v6.1'),

  flag('--seed', 'v6.2'),
  flag('--noplots', 'v6.2'),
  text(TRAIN, 'clip_grad_norm_', /\bclip_grad_norm_\(/, 'v6.2'),
  text(TRAIN, 'smart_optimizer', /\bsmart_optimizer\(/, 'v6.2'),
  text(YOLO, 'class DetectionModel', /^class DetectionModel\(/m, 'v6.2'),
  file('utils/dataloaders.py', 'v6.2'),
  file('utils/datasets.py', 'v3.1', 'v6.2'),
  file('classify/train.py', 'v6.2'),

  text(TRAIN, 'import val as validate', /import (?:yolov5\.)?val as validate\b/, 'v7.0'),
  text(COMMON, 'class Proto', /^class Proto\(/m, 'v7.0'),
  text(COMMON, 'default_act', /\bdefault_act\b/, 'v7.0'),
  text(YOLO, 'class Segment', /^class Segment\(/m, 'v7.0'),
  text(YOLO, 'the activation key', /\.get\(["']activation["']\)/, 'v7.0'),
  file('segment/train.py', 'v7.0'),
  file('utils/triton.py', 'v7.0'),

  flag('--evolve_population', 'master'),
  text(YOLO, 'the channel_multiple key', /["']channel_multiple["']/, 'master'),
  text(COMMON, 'imports of ultralytics', /^[ \t]*(?:from|import) ultralytics\b/m, 'master'),
  {
    ...text('requirements.txt', 'ultralytics', /^ultralytics\b/m, 'master'),
    repositoryOnly: true,
  },
  { ...file('pyproject.toml', 'master'), repositoryOnly: true },
  { ...file('CITATION.cff', 'master'), repositoryOnly: true },
]
