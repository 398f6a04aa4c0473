import type { ModelArgument, ModelLayer } from '../yolov5/modelLayer'
import type { ModelYaml } from '../yolov5/modelYaml'

/** What a layer puts out; a part is undefined where it can't be told from the yaml. */
export type Output = {
  readonly channels?: number
  /** Input pixels per output pixel, along one side. */
  readonly stride?: number
}

/** Modules whose first argument is their output channels, scaled by `width_multiple`. */
export type Scaled = ReadonlySet<string>

/**
 * The modules that `parse_model` of models/yolo.py scales, read from its source: forks add theirs to the same
 * list. Empty where the source doesn't have the form.
 */
export function scaledModules(yolo: string): Scaled {
  const start = yolo.search(/^def parse_model\(/m)
  const list = /\bif m in\s*[[{(]([^\]})]*)[\]})]/.exec(start < 0 ? '' : yolo.slice(start))?.[1]
  return new Set((list ?? '').split(/[\s,]+/).filter((name) => name !== ''))
}

/** Modules that leave the resolution alone, whatever their arguments. */
const FLAT =
  /^(?:Bottleneck|BottleneckCSP|C3|C3TR|C3SPP|C3Ghost|C3x|SPP|SPPF|Concat|nn\.(?:BatchNorm2d|Identity|ZeroPad2d|Dropout2?d?|SiLU|ReLU6?|LeakyReLU|Hardswish|Mish|GELU|ELU|Sigmoid))$/

/** Position of the stride among the arguments of modules that have one. */
const STRIDE_AT: Readonly<Record<string, number>> = {
  Conv: 2,
  DWConv: 2,
  GhostConv: 2,
  GhostBottleneck: 2,
  CrossConv: 2,
  MixConv2d: 2,
}

function numeric(value: ModelArgument | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** Factor from a layer's input stride to its output's, for one repeat. */
function strideFactor({ module, args }: ModelLayer): number | undefined {
  const name = module.replace(/^torch\./, '')
  if (FLAT.test(name)) return 1
  const at = Object.hasOwn(STRIDE_AT, name) ? STRIDE_AT[name] : undefined
  if (at !== undefined) return args.length > at ? numeric(args[at]) : 1
  switch (name) {
    case 'Focus':
      return args.length > 2 ? undefined : 2
    case 'nn.MaxPool2d':
    case 'nn.AvgPool2d':
      return numeric(args[1] ?? args[0])
    case 'nn.Upsample': {
      const scale = numeric(args[1])
      return scale === undefined || scale <= 0 ? undefined : 1 / scale
    }
    case 'nn.ConvTranspose2d':
    case 'DWConvTranspose2d': {
      const stride = args.length > 2 ? numeric(args[2]) : 1
      return stride === undefined || stride <= 0 ? undefined : 1 / stride
    }
    case 'Contract':
      return numeric(args[0]) ?? (args.length === 0 ? 2 : undefined)
    case 'Expand':
      return 1 / (numeric(args[0]) ?? (args.length === 0 ? 2 : Number.NaN)) || undefined
    default:
      return undefined
  }
}

/** Modules that pass their input's channels on: what `parse_model` takes all others for, rightly so for these. */
const PASSING =
  /^(?:nn\.(?:Upsample|MaxPool2d|AvgPool2d|BatchNorm2d|Identity|ZeroPad2d|Dropout2?d?|SiLU|ReLU6?|LeakyReLU|Hardswish|Mish|GELU|ELU|Sigmoid))$/

/** Rounding of channels: models/yolo.py, `make_divisible(c2 * gw, 8)`. */
function divisible(channels: number): number {
  return Math.ceil(channels / 8) * 8
}

/** Resolves `from` to positions of layers; −1 is the image. Undefined where there is no such layer. */
export function inputsOf({ from, index }: ModelLayer): readonly (number | undefined)[] {
  return from.map((at) => {
    const position = at < 0 ? index + at : at
    return position >= index || position < -1 || (position === -1 && index > 0)
      ? undefined
      : position
  })
}

/**
 * Follows channels and strides through a model yaml, as `parse_model` (models/yolo.py, every release) builds it.
 * What a module that is not known does stays undefined, and so does all that depends on it.
 *
 * @param image channels of the images
 */
export function traceModel(
  model: ModelYaml,
  scaled: Scaled,
  image = 3,
): ReadonlyMap<number, Output> {
  const { anchors, nc, widthMultiple } = model
  const na = Array.isArray(anchors) ? (anchors[0]?.length ?? 0) / 2 : anchors
  const outputs =
    typeof na === 'number' && nc !== undefined ? na * (nc + 5) : /* never equal */ Number.NaN
  const start: Output = { channels: image, stride: 1 }
  const traced = new Map<number, Output>()
  for (const layer of model.layers) {
    const module = layer.module.replace(/^torch\./, '')
    const inputs = inputsOf(layer).map((at): Output => {
      if (at === undefined) return {}
      return at === -1 ? start : (traced.get(at) ?? {})
    })
    const [first = {}] = inputs
    let channels: number | undefined
    if (module === 'Concat') {
      const all = inputs.map((input) => input.channels)
      channels = all.reduce<number | undefined>(
        (sum, one) => (sum === undefined || one === undefined ? undefined : sum + one),
        0,
      )
    } else if (scaled.has(module)) {
      const wanted = numeric(layer.args[0])
      if (wanted === outputs) channels = wanted
      else if (wanted !== undefined && widthMultiple !== undefined) {
        channels = divisible(wanted * widthMultiple)
      }
    } else if (PASSING.test(module)) channels = first.channels
    else if (module === 'Contract' || module === 'Expand') {
      const gain = numeric(layer.args[0]) ?? 2
      const times = module === 'Contract' ? gain ** 2 : 1 / gain ** 2
      if (first.channels !== undefined) channels = first.channels * times
    }
    const factor = strideFactor(layer)
    const stride =
      first.stride === undefined || factor === undefined ? undefined : first.stride * factor
    traced.set(layer.index, {
      ...(channels === undefined ? {} : { channels }),
      ...(stride === undefined ? {} : { stride }),
    })
  }
  return traced
}
