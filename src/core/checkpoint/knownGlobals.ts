/**
 * Names that a checkpoint may import without harm. Exact lists rather than prefixes: whatever a module happens
 * to import can be named through it (`models.common.Path`, `utils.general.check_output`), and a call of it is
 * one opcode away. Classes of YOLOv5 v3.1 to v7.0 and its main branch.
 */
const common = words(`
  AutoShape autoShape Bottleneck BottleneckCSP C3 C3Ghost C3SPP C3TR C3x Classify Concat Contract Conv
  CrossConv Detections DWConv DWConvTranspose2d Expand Flatten Focus GhostBottleneck GhostConv NMS Proto
  SPP SPPF TransformerBlock TransformerLayer`)
const experimental = words('CrossConv C3 Ensemble GhostBottleneck GhostConv MixConv2d Sum')
const yolo = words(
  'BaseModel ClassificationModel Detect DetectionModel Model Segment SegmentationModel',
)
const activations = words(`
  AconC FReLU Hardswish MemoryEfficientMish MemoryEfficientSwish MetaAconC Mish SiLU Swish`)
const loss = words('BCEBlurWithLogitsLoss ComputeLoss FocalLoss QFocalLoss')

/** Names by module. DetectMultiBackend and attempt_load are left out: calling them loads files. */
const exact: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['models.common', common],
  ['models.experimental', experimental],
  ['models.yolo', yolo],
  ['models.yolov5', yolo],
  ['utils.activations', activations],
  ['utils.loss', loss],
  ['utils.torch_utils', words('ModelEMA')],
  [
    'torch',
    words(`Size Tensor device dtype Generator bfloat16 bool complex128 complex64 float16 float32 float64
      half float double int16 int32 int64 int8 long short int uint8 per_tensor_affine per_channel_affine
      strided contiguous_format channels_last preserve_format`),
  ],
  [
    'torch._utils',
    words(`_rebuild_parameter _rebuild_parameter_with_state _rebuild_tensor _rebuild_tensor_v2
      _rebuild_tensor_v3 _rebuild_qtensor _rebuild_sparse_tensor _rebuild_device_tensor_from_numpy
      _rebuild_meta_tensor_no_storage`),
  ],
  ['torch._tensor', words('_rebuild_from_type_v2 Tensor')],
  ['torch.serialization', words('_get_layout')],
  ['torch.torch_version', words('TorchVersion')],
  ['torch.nn.parameter', words('Parameter Buffer UninitializedParameter UninitializedBuffer')],
  ['torch.nn.functional', words('relu gelu silu leaky_relu hardswish mish sigmoid tanh')],
  ['torch.cuda.amp.grad_scaler', words('GradScaler')],
  ['numpy', words('ndarray dtype bool_ float16 float32 float64 int8 int16 int32 int64 uint8')],
  ['numpy.core.multiarray', words('_reconstruct scalar')],
  ['numpy._core.multiarray', words('_reconstruct scalar')],
  ['numpy.core.numeric', words('_frombuffer')],
  ['numpy._core.numeric', words('_frombuffer')],
  ['collections', words('OrderedDict defaultdict deque Counter')],
  ['pathlib', words('Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath')],
  ['pathlib._local', words('Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath')],
  ['argparse', words('Namespace')],
  ['datetime', words('date datetime time timedelta timezone')],
  ['types', words('SimpleNamespace')],
  ['_codecs', words('encode')],
  ['copy_reg', words('_reconstructor')],
  ['copyreg', words('_reconstructor')],
])
const builtins = words(`
  bool bytearray bytes complex dict float frozenset int list object range set slice str tuple`)

/** torch's own classes, by the shape of their names; the modules define little else. */
const patterns = [
  /^torch\.nn\.modules\.[a-z_]+\n[A-Z]\w*$/,
  /^torch\.nn\.parallel\.[a-z_]+\n[A-Z]\w*Parallel$/,
  /^torch\.optim\.[a-z_]+\n[A-Z]\w*$/,
  /^torch(\.cuda|\.storage)?\n[A-Z]\w*Storage$/,
  /^numpy\.dtypes\n[A-Z]\w*DType$/,
]

/** True for a class of YOLOv5 itself; the pip package puts `yolov5.` before the module. */
export function isYolov5Class(module: string, name: string): boolean {
  const own = module.replace(/^yolov5\./, '')
  return /^(models|utils)\./.test(own) && (exact.get(own)?.has(name) ?? false)
}

/** True when importing and calling the name is harmless. */
export function isSafeGlobal(module: string, name: string): boolean {
  if (isYolov5Class(module, name)) return true
  if (module === 'builtins' || module === '__builtin__') return builtins.has(name)
  return (
    (exact.get(module)?.has(name) ?? false) ||
    patterns.some((pattern) => pattern.test(`${module}\n${name}`))
  )
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
