import { type Release, releases } from '../yolov5/release'
import { clamped } from './spans'

/** Releases from `since` up to, not including, `until`. */
type Span = readonly [since: Release, until?: Release]

/**
 * Python modules that some releases have and others lack, from the file lists of every release from v3.1 to
 * v7.0 and master; and where what they hold lies in the others.
 */
const MODULES: Readonly<Record<string, { readonly span: Span; readonly now?: string }>> = {
  test: { span: ['v3.1', 'v6.0'], now: 'val' },
  val: { span: ['v6.0'], now: 'test' },
  export: { span: ['v6.0'], now: 'models.export' },
  'models.export': { span: ['v3.1', 'v6.0'], now: 'export' },
  'models.tf': { span: ['v6.0'] },
  benchmarks: { span: ['v7.0'], now: 'utils.benchmarks' },
  sotabench: { span: ['v3.1', 'v4.0'] },
  'utils.augmentations': { span: ['v6.0'] },
  'utils.autoanchor': { span: ['v4.0'] },
  'utils.autobatch': { span: ['v6.1'] },
  'utils.aws': { span: ['v5.0', 'master'] },
  'utils.aws.resume': { span: ['v5.0', 'master'] },
  'utils.callbacks': { span: ['v6.0'] },
  'utils.datasets': { span: ['v3.1', 'v6.2'], now: 'utils.dataloaders' },
  'utils.dataloaders': { span: ['v6.2'], now: 'utils.datasets' },
  'utils.google_utils': { span: ['v3.1', 'v6.0'], now: 'utils.downloads' },
  'utils.downloads': { span: ['v6.0'], now: 'utils.google_utils' },
  'utils.flask_rest_api': { span: ['v6.0'] },
  'utils.flask_rest_api.example_request': { span: ['v6.0'] },
  'utils.flask_rest_api.restapi': { span: ['v6.0'] },
  'utils.loggers': { span: ['v6.0'] },
  'utils.loggers.clearml': { span: ['v6.2'] },
  'utils.loggers.clearml.clearml_utils': { span: ['v6.2'] },
  'utils.loggers.clearml.hpo': { span: ['v6.2'] },
  'utils.loggers.comet': { span: ['v7.0'] },
  'utils.loggers.comet.comet_utils': { span: ['v7.0'] },
  'utils.loggers.comet.hpo': { span: ['v7.0'] },
  'utils.loggers.wandb': { span: ['v6.0'] },
  'utils.loggers.wandb.log_dataset': {
    span: ['v6.0', 'master'],
    now: 'utils.wandb_logging.log_dataset',
  },
  'utils.loggers.wandb.sweep': { span: ['v6.0', 'master'] },
  'utils.loggers.wandb.wandb_utils': {
    span: ['v6.0'],
    now: 'utils.wandb_logging.wandb_utils',
  },
  'utils.wandb_logging': { span: ['v5.0', 'v6.0'] },
  'utils.wandb_logging.log_dataset': {
    span: ['v5.0', 'v6.0'],
    now: 'utils.loggers.wandb.log_dataset',
  },
  'utils.wandb_logging.wandb_utils': {
    span: ['v5.0', 'v6.0'],
    now: 'utils.loggers.wandb.wandb_utils',
  },
  'utils.loss': { span: ['v4.0'] },
  'utils.metrics': { span: ['v4.0'] },
  'utils.plots': { span: ['v4.0'] },
  'utils.benchmarks': { span: ['v6.1', 'v7.0'], now: 'benchmarks' },
  'utils.triton': { span: ['v7.0'] },
  'utils.segment': { span: ['v7.0'] },
  'utils.segment.augmentations': { span: ['v7.0'] },
  'utils.segment.dataloaders': { span: ['v7.0'] },
  'utils.segment.general': { span: ['v7.0'] },
  'utils.segment.loss': { span: ['v7.0'] },
  'utils.segment.metrics': { span: ['v7.0'] },
  'utils.segment.plots': { span: ['v7.0'] },
  classify: { span: ['v6.2'] },
  'classify.train': { span: ['v6.2'] },
  'classify.val': { span: ['v6.2'] },
  'classify.predict': { span: ['v6.2'] },
  segment: { span: ['v7.0'] },
  'segment.train': { span: ['v7.0'] },
  'segment.val': { span: ['v7.0'] },
  'segment.predict': { span: ['v7.0'] },
}

/** Layer classes of a model yaml that not every release has, and the first one with them. */
const LAYERS: Readonly<Record<string, Release>> = {
  C3: 'v4.0',
  Contract: 'v4.0',
  Expand: 'v4.0',
  C3TR: 'v5.0',
  TransformerBlock: 'v5.0',
  TransformerLayer: 'v5.0',
  C3Ghost: 'v6.0',
  C3SPP: 'v6.0',
  SPPF: 'v6.0',
  AutoShape: 'v6.0',
  C3x: 'v6.2',
  DWConvTranspose2d: 'v6.2',
  Proto: 'v7.0',
  Segment: 'v7.0',
}

/** Model classes that a checkpoint names, by the release that introduced them. */
const MODELS: Readonly<Record<string, Release>> = {
  DetectionModel: 'v6.2',
  ClassificationModel: 'v6.2',
  BaseModel: 'v6.2',
  SegmentationModel: 'v7.0',
}

/** Whether some release has this module, so that missing it means another release. */
export function isKnownModule(module: string): boolean {
  return Object.hasOwn(MODULES, module)
}

/** What other releases call a module; undefined where nothing stands in for it. */
export function otherNameOf(module: string): string | undefined {
  return Object.hasOwn(MODULES, module) ? MODULES[module]?.now : undefined
}

/** The row of a module in a table that has it by this name, or by the one of other releases. */
export function ofModule<T>(table: Readonly<Record<string, T>>, module: string): T | undefined {
  const key = [module, otherNameOf(module) ?? ''].find((name) => Object.hasOwn(table, name))
  return key === undefined ? undefined : table[key]
}

/** The release nearest to `from` that has a module. */
export function releaseWithModule(module: string, from: Release): Release | undefined {
  const span = Object.hasOwn(MODULES, module) ? MODULES[module]?.span : undefined
  return span === undefined ? undefined : nearestIn(span, from)
}

/** The first release that has a layer or model class; undefined for those that all have, or none. */
export function releaseWithClass(name: string): Release | undefined {
  if (Object.hasOwn(LAYERS, name)) return LAYERS[name]
  return Object.hasOwn(MODELS, name) ? MODELS[name] : undefined
}

/** The release nearest to `from` within a span. */
function nearestIn([since, until]: Span, from: Release): Release | undefined {
  const first = releases.indexOf(since)
  const last = (until === undefined ? releases.length : releases.indexOf(until)) - 1
  return releases[clamped(releases.indexOf(from), first, last)]
}
