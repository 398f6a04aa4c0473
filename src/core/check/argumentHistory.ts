import type { Release } from '../yolov5/release'
import { releaseWith, type Spans } from './spans'

/** The evaluation: `test` of test.py up to v5.0, `run` of val.py from v6.0 on. */
const EVALUATION: Spans = {
  'v4.0..v4.0': 'log_imgs',
  'v4.0..master': 'save_hybrid',
  'v5.0..v5.0': 'wandb_logger half_precision is_coco',
  'v5.0..master': 'compute_loss',
  'v6.0..master': 'task device project name exist_ok half callbacks',
  'v6.1..master': 'workers dnn',
  'v7.0..master': 'max_det',
}

/** Of images and of streams. */
const LOADER: Spans = {
  'v5.0..master': 'stride',
  'v6.0..master': 'auto',
  'v7.0..master': 'transforms vid_stride',
}

/**
 * Parameters that a function or class takes in some releases only, from the sources of v3.1 to v7.0 and master. What
 * moved to another module stands under its name alone; names that several modules have, with their module.
 */
export const ARGUMENTS: Readonly<Record<string, Spans>> = {
  AutoShape: { 'v6.2..master': 'verbose' },
  Conv: { 'v7.0..master': 'd' },
  DetectMultiBackend: { 'v6.2..master': 'fp16 fuse' },
  Detections: {
    'v4.0..v6.2': 'imgs',
    'v5.0..master': 'files times shape',
    'v7.0..master': 'ims',
  },
  LoadImages: LOADER,
  LoadStreams: LOADER,
  LoadWebcam: { 'v5.0..v6.2': 'stride' },
  Model: { 'v5.0..master': 'anchors' },
  ModelEMA: { 'v6.2..master': 'tau' },
  ap_per_class: {
    'v3.1..v3.1': 'fname',
    'v4.0..master': 'save_dir names',
    'v6.1..master': 'eps',
    'v7.0..master': 'prefix',
  },
  attempt_download: {
    'v3.1..v4.0': 'weights',
    'v5.0..master': 'file repo',
    'v6.2..master': 'release',
  },
  attempt_load: {
    'v3.1..v6.1': 'map_location',
    'v6.0..master': 'inplace fuse',
    'v6.2..master': 'device',
  },
  autosplit: { 'v5.0..v7.0': 'annotated_only' },
  bbox_iou: { 'v3.1..v6.1': 'x1y1x2y2', 'v6.2..v7.0': 'xywh' },
  check_dataset: { 'v3.1..v5.0': 'dict', 'v6.0..master': 'data autodownload' },
  check_file: { 'v6.0..master': 'suffix' },
  check_imshow: { 'v7.0..master': 'warn' },
  check_img_size: { 'v3.1..v5.0': 'img_size', 'v6.0..master': 'imgsz floor' },
  check_requirements: { 'v7.0..master': 'install cmds' },
  check_train_batch_size: { 'v6.2..master': 'amp' },
  check_version: { 'v6.1..master': 'hard verbose' },
  create_dataloader: {
    'v3.1..v5.0': 'opt world_size',
    'v4.0..master': 'image_weights quad',
    'v5.0..master': 'prefix',
    'v6.0..master': 'single_cls',
    'v6.1..master': 'shuffle',
    'master..master': 'seed',
  },
  'detect.run': {
    'v6.0..v7.0': 'visualize',
    'v6.1..master': 'data',
    'v7.0..master': 'vid_stride',
    'master..master': 'save_format save_csv',
  },
  increment_path: { 'v6.0..master': 'mkdir' },
  init_seeds: { 'v6.2..master': 'deterministic' },
  is_url: { 'v6.2..v6.2': 'check_online', 'v7.0..master': 'check' },
  kmean_anchors: { 'v3.1..v5.0': 'path', 'v6.0..master': 'dataset' },
  letterbox: { 'v3.1..v5.0': 'img', 'v5.0..master': 'stride', 'v6.0..master': 'im' },
  model_info: { 'v4.0..v6.1': 'img_size', 'v6.2..v7.0': 'imgsz' },
  non_max_suppression: {
    'v3.1..v3.1': 'merge',
    'v4.0..master': 'labels',
    'v5.0..master': 'multi_label',
    'v6.0..master': 'max_det',
    'v7.0..master': 'nm',
  },
  output_to_target: { 'v3.1..v3.1': 'width height', 'v7.0..master': 'max_det' },
  plot_images: { 'v3.1..v6.2': 'max_size max_subplots' },
  plot_labels: { 'v4.0..v5.0': 'loggers', 'v5.0..master': 'names' },
  plot_results: {
    'v3.1..v5.0': 'start stop bucket id labels save_dir',
    'v6.0..master': 'file dir',
  },
  random_perspective: { 'v3.1..v5.0': 'img', 'v5.0..master': 'segments', 'v6.0..master': 'im' },
  scale_img: { 'v4.0..v7.0': 'gs' },
  select_device: { 'v6.1..master': 'newline' },
  set_logging: { 'v3.1..v6.0': 'rank', 'v6.0..v7.0': 'verbose', 'v6.1..v7.0': 'name' },
  'test.test': EVALUATION,
  'train.train': {
    'v3.1..v5.0': 'tb_writer',
    'v4.0..v4.0': 'wandb',
    'v6.0..master': 'callbacks',
  },
  'val.run': EVALUATION,
}

/** Parameters that kept their meaning and changed their name, each way. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  attempt_load: { map_location: 'device', device: 'map_location' },
  check_dataset: { dict: 'data', data: 'dict' },
  check_img_size: { img_size: 'imgsz', imgsz: 'img_size' },
  letterbox: { img: 'im', im: 'img' },
  'test.test': { half: 'half_precision' },
  'val.run': { half_precision: 'half' },
}

function rowOf<T>(table: Readonly<Record<string, T>>, module: string, name: string): T | undefined {
  const key = [`${module}.${name}`, name].find((one) => Object.hasOwn(table, one))
  return key === undefined ? undefined : table[key]
}

/** What other releases call a parameter of a function of a module. */
export function renamedArgument(
  module: string,
  name: string,
  argument: string,
): string | undefined {
  const row = rowOf(RENAMED, module, name) ?? {}
  return Object.hasOwn(row, argument) ? row[argument] : undefined
}

/** The release nearest to `from` in which a function takes an argument. */
export function releaseWithArgument(
  module: string,
  name: string,
  argument: string,
  from: Release,
): Release | undefined {
  return releaseWith(rowOf(ARGUMENTS, module, name), argument, from)
}
