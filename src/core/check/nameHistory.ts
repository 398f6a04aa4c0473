import type { Release } from '../yolov5/release'
import { ofModule } from './history'
import { releaseWith, type Spans } from './spans'

/**
 * Names that only some releases have in a module, from the sources of v3.1 to v7.0 and master. A module that is called
 * otherwise in some of them stands under the later name.
 */
export const NAMES: Readonly<Record<string, Spans>> = {
  detect: { 'v3.1..v5.0': 'detect', 'v6.0..master': 'main parse_opt run' },
  export: {
    'v6.0..master': `export_coreml export_onnx export_pb export_saved_model export_tfjs export_tflite export_torchscript
      main parse_opt run`,
    'v6.1..master': 'export_edgetpu export_engine export_formats export_openvino',
    'v7.0..master': 'add_tflite_metadata export_paddle try_export',
  },
  train: { 'v6.0..master': 'main parse_opt run' },
  val: {
    'v3.1..v5.0': 'test',
    'v6.0..master': 'main parse_opt process_batch run save_one_json save_one_txt',
  },
  'models.common': {
    'v3.1..v3.1': 'Flatten',
    'v3.1..v5.0': 'NMS autoShape',
    'v4.0..master': 'C3 Contract Detections Expand',
    'v5.0..master': 'C3TR TransformerBlock TransformerLayer',
    'v6.0..master': 'AutoShape C3Ghost C3SPP GhostBottleneck GhostConv LOGGER SPPF',
    'v6.1..master': 'DetectMultiBackend',
    'v6.2..master': 'C3x CrossConv DWConvTranspose2d',
    'v7.0..master': 'Proto',
  },
  'models.experimental': {
    'v3.1..v3.1': 'C3',
    'v3.1..v5.0': 'GhostBottleneck GhostConv',
    'v3.1..v6.1': 'CrossConv',
    'v3.1..v7.0': 'Sum',
  },
  'models.tf': {
    'v6.1..master': 'TFSPPF',
    'v6.2..master': 'TFC3x TFCrossConv TFDWConv TFDWConvTranspose2d activations',
    'v7.0..master': 'TFProto TFSegment',
  },
  'models.yolo': {
    'v3.1..v5.0': 'logger',
    'v6.0..master': 'LOGGER ROOT',
    'v6.2..master': 'BaseModel ClassificationModel DetectionModel',
    'v7.0..master': 'Segment SegmentationModel',
  },
  utils: { 'v6.1..master': 'notebook_init', 'v7.0..master': 'TryExcept emojis threaded' },
  'utils.activations': {
    'v3.1..v3.1': 'Swish',
    'v3.1..v5.0': 'MemoryEfficientSwish',
    'v4.0..master': 'SiLU',
    'v6.0..master': 'AconC MetaAconC',
  },
  'utils.augmentations': {
    'v6.0..v7.0': 'cutout hist_equalize replicate',
    'v6.2..v7.0': 'normalize',
    'v6.2..master':
      'IMAGENET_MEAN IMAGENET_STD classify_albumentations classify_transforms denormalize',
    'v7.0..v7.0': 'LetterBox',
    'v7.0..master': 'CenterCrop ToTensor',
  },
  'utils.dataloaders': {
    'v3.1..v3.1': 'imagelist2folder recursive_dataset2bmp reduce_img_size',
    'v3.1..v5.0': 'box_candidates cutout help_url img_formats replicate vid_formats',
    'v3.1..v6.0': 'load_image load_mosaic',
    'v3.1..v6.1': 'create_folder',
    'v3.1..v6.2': 'LoadWebcam',
    'v4.0..v6.0': 'load_mosaic9',
    'v4.0..v7.0': 'autosplit extract_boxes flatten_recursive',
    'v4.0..master': 'img2label_paths',
    'v5.0..v5.0': 'hist_equalize',
    'v6.0..v6.1': 'dataset_stats',
    'v6.0..v7.0': 'exif_transpose',
    'v6.0..master': 'HELP_URL IMG_FORMATS NUM_THREADS VID_FORMATS verify_image_label',
    'v6.2..v7.0': 'HUBDatasetStats',
    'v6.2..master': 'ClassificationDataset create_classification_dataloader seed_worker',
    'v7.0..master': 'LoadScreenshots PIN_MEMORY',
    'master..master': 'SmartDistributedSampler',
  },
  'utils.downloads': {
    'v3.1..v6.2': 'gdrive_download get_token',
    'v6.0..master': 'safe_download',
    'v6.2..master': 'is_url',
    'v7.0..v7.0': 'url_getsize',
    'master..master': 'curl_download',
  },
  'utils.general': {
    'v3.1..v3.1': `BCEBlurWithLogitsLoss FocalLoss ap_per_class build_targets butter_lowpass_filtfilt
      check_anchor_order check_anchors coco_class_count coco_only_people coco_single_class_labels compute_ap
      compute_loss crop_images_random hist2d increment_dir kmean_anchors output_to_target plot_evolution plot_images
      plot_labels plot_lr_scheduler plot_one_box plot_results plot_results_overlay plot_study_txt plot_targets_txt
      plot_test_txt plot_wh_methods smooth_BCE torch_distributed_zero_first`,
    'v3.1..v5.0': 'bbox_iou wh_iou',
    'v3.1..v6.2': 'clip_coords scale_coords',
    'v3.1..v7.0': 'apply_classifier set_logging',
    'v4.0..master': 'clean_str increment_path one_cycle',
    'v5.0..v5.0': 'isdocker',
    'v5.0..master': `check_imshow check_online check_requirements colorstr emojis resample_segments segment2box
      segments2boxes xyn2xy xywhn2xyxy`,
    'v6.0..v6.0': 'save_one_box',
    'v6.0..v6.1': 'is_pip',
    'v6.0..v6.2': 'try_except',
    'v6.0..v7.0': 'Timeout check_python is_chinese',
    'v6.0..master': `Profile ROOT check_suffix check_version check_yaml download file_size is_ascii is_colab is_docker
      is_writeable methods print_args url2file user_config_dir xyxy2xywhn`,
    'v6.1..v7.0': 'VERBOSE',
    'v6.1..master': `CONFIG_DIR DATASETS_DIR FONT LOGGER NUM_THREADS WorkingDirectory check_font intersect_dicts
      is_kaggle`,
    'v6.2..v6.2': 'threaded',
    'v6.2..v7.0': 'file_age',
    'v6.2..master': `AUTOINSTALL check_amp file_date git_describe imread imshow imshow_ imwrite yaml_load yaml_save`,
    'v7.0..v7.0': 'LOGGING_NAME TQDM_BAR_FORMAT is_notebook',
    'v7.0..master': `check_git_info clip_boxes clip_segments get_default_args scale_boxes scale_segments unzip_file`,
    'master..master': 'TQDM is_jupyter save_one_txt',
  },
  'utils.loggers': {
    'v6.2..master': 'GenericLogger log_tensorboard_graph',
    'v7.0..master': 'web_project_name',
  },
  'utils.loggers.wandb.wandb_utils': {
    'v5.0..v7.0': `WANDB_ARTIFACT_PREFIX check_wandb_config_file check_wandb_resume get_run_info
      process_wandb_config_ddp_mode remove_prefix`,
    'v6.0..v7.0': 'check_wandb_dataset',
    'v6.0..master': 'all_logging_disabled',
  },
  'utils.loss': {
    'v4.0..v4.0': 'build_targets compute_loss',
    'v4.0..v7.0': 'smooth_BCE',
    'v5.0..master': 'ComputeLoss',
  },
  'utils.metrics': {
    'v5.0..master': 'plot_mc_curve',
    'v6.0..v7.0': 'bbox_ioa bbox_iou wh_iou',
    'v6.0..master': 'box_iou',
    'v6.2..v6.2': 'box_area',
    'v6.2..master': 'smooth',
    'master..master': 'process_batch',
  },
  'utils.plots': {
    'v4.0..v5.0': `color_list plot_evolution plot_one_box plot_results_overlay plot_study_txt plot_test_txt
      plot_wh_methods`,
    'v4.0..v7.0': 'butter_lowpass_filtfilt plot_lr_scheduler plot_targets_txt profile_idetection',
    'v5.0..v5.0': 'plot_one_box_PIL',
    'v6.0..v7.0': 'CONFIG_DIR Colors check_font feature_visualization plot_val_txt',
    'v6.0..master': 'Annotator colors plot_evolve plot_val_study',
    'v6.1..v7.0': 'check_pil_font save_one_box',
    'v6.2..master': 'imshow_cls',
  },
  'utils.segment.general': {
    'v7.0..v7.0': 'mask_iou masks2segments masks_iou process_mask_upsample',
    'master..master': 'process_mask_native',
  },
  'utils.torch_utils': {
    'v3.1..v5.0': 'init_torch_seeds time_synchronized',
    'v3.1..v6.0': 'intersect_dicts load_classifier',
    'v3.1..v7.0': 'find_modules',
    'v4.0..master': 'profile torch_distributed_zero_first',
    'v5.0..v6.1': 'date_modified',
    'v5.0..master': 'git_describe',
    'v6.0..master': 'EarlyStopping LOGGER de_parallel time_sync',
    'v6.1..v7.0': 'device_count',
    'v6.2..v7.0': 'smart_hub_load',
    'v6.2..master': `reshape_classifier_output smartCrossEntropyLoss smart_DDP smart_inference_mode smart_optimizer
      smart_resume`,
    'master..master': 'smart_amp_autocast',
  },
}

/** Functions and classes that kept their parameters and changed their name, each way. */
const RENAMED: Readonly<Record<string, string>> = {
  scale_coords: 'scale_boxes',
  scale_boxes: 'scale_coords',
  autoShape: 'AutoShape',
  AutoShape: 'autoShape',
  time_synchronized: 'time_sync',
  time_sync: 'time_synchronized',
  'val.test': 'run',
  'test.run': 'test',
}

/** What other releases call a function or class, in whatever module or in this one. */
export function renamedName(name: string, module = ''): string | undefined {
  const key = [name, `${module}.${name}`].find((one) => Object.hasOwn(RENAMED, one))
  return key === undefined ? undefined : RENAMED[key]
}

/** The release nearest to `from` that has a name in a module, whatever it calls the module. */
export function releaseWithName(module: string, name: string, from: Release): Release | undefined {
  return releaseWith(ofModule(NAMES, module), name, from)
}
