import * as l10n from '@vscode/l10n'
import { isSeq } from 'yaml'
import type { Finding } from '../finding'
import type { ModelLayer } from '../yolov5/modelLayer'
import type { ModelYaml } from '../yolov5/modelYaml'
import { resolved, topLevel, type YamlText } from '../yolov5/yamlText'
import { rowNode } from './modelRows'
import { inputsOf, type Output, type Scaled, traceModel } from './modelTrace'
import type { ParserRules } from './parserRules'

const HEADS = new Set(['Detect', 'Segment'])

/** A `from` that is a number where `parse_model` wants a list, or the other way round: a TypeError. */
function formFinding(
  layer: ModelLayer,
  yaml: YamlText,
  { several, single }: ParserRules,
): Finding[] {
  const row = rowNode(yaml, layer)
  if (!isSeq(row)) return []
  const [from] = row.items
  const isList = isSeq(resolved(yaml, from))
  const { index, module } = layer
  const refuse = (message: string): Finding[] => [
    { code: 'model-yaml/from', message, severity: 'error', range: yaml.range(from) },
  ]
  if (several.has(module) && !isList) {
    return refuse(
      l10n.t('Layer {0}: {1} reads a list of layers; “from” is a single number.', index, module),
    )
  }
  if (single.has(module) && isList) {
    return refuse(l10n.t('Layer {0}: {1} reads one layer; “from” is a list.', index, module))
  }
  return []
}

/** Args that leave parameters of the release's own head to the channels that `parse_model` appends. */
function headFinding(
  { index, module, args, range }: ModelLayer,
  { heads }: ParserRules,
): Finding[] {
  const head = heads.get(module)
  if (head === undefined || args.length >= head.parameters.length) return []
  return [
    {
      code: 'model-yaml/head-arguments',
      message: l10n.t('Layer {0}: the args of {1} must be {2}.', index, module, head.args),
      severity: 'error',
      range,
    },
  ]
}

/** Joined layers whose resolutions differ: torch.cat refuses them when the model is built. */
function concatFinding(layer: ModelLayer, traced: ReadonlyMap<number, Output>): Finding[] {
  const strides = inputsOf(layer).flatMap((at) => {
    const stride = at === undefined ? undefined : at === -1 ? 1 : traced.get(at)?.stride
    return stride === undefined ? [] : [{ at, stride }]
  })
  const [first, ...rest] = strides
  const other = rest.find(({ stride }) => stride !== first?.stride)
  if (layer.args[0] !== 1 || first === undefined || other === undefined) return []
  return [
    {
      code: 'model-yaml/concat-stride',
      message: l10n.t(
        'Layer {0} joins layers of different resolution: layer {1} has stride {2}, layer {3} has stride {4}.',
        layer.index,
        first.at ?? '?',
        first.stride,
        other.at ?? '?',
        other.stride,
      ),
      severity: 'error',
      range: layer.range,
    },
  ]
}

/** A module that is scaled by `width_multiple` needs a count to scale. */
function channelFinding(layer: ModelLayer, scaled: Scaled): Finding[] {
  const [wanted] = layer.args
  const computed = typeof wanted === 'string'
  if (!scaled.has(layer.module) || computed) return []
  if (typeof wanted === 'number' && Number.isInteger(wanted) && wanted > 0) return []
  return [
    {
      code: 'model-yaml/channels',
      message: l10n.t(
        'Layer {0}: the first of the args of {1} must be its number of output channels.',
        layer.index,
        layer.module,
      ),
      severity: 'error',
      range: layer.range,
    },
  ]
}

/** Counts that torch refuses: groups that don't divide, a plain convolution for other inputs, an odd Expand. */
function countFinding(
  layer: ModelLayer,
  traced: ReadonlyMap<number, Output>,
  scaled: Scaled,
  image: number,
): Finding[] {
  const [at] = inputsOf(layer)
  const input = at === undefined ? undefined : at === -1 ? image : traced.get(at)?.channels
  const output = traced.get(layer.index)?.channels
  const { module, args } = layer
  const refuse = (message: string): Finding[] => [
    { code: 'model-yaml/channels', message, severity: 'error', range: layer.range },
  ]
  if (input === undefined) return []
  const groups = args[4]
  if (module === 'Conv' && scaled.has(module) && typeof groups === 'number' && groups > 0) {
    if (input % groups !== 0 || (output !== undefined && output % groups !== 0)) {
      return refuse(
        l10n.t(
          'Layer {0}: {1} groups do not divide both {2} input and {3} output channels.',
          layer.index,
          groups,
          input,
          output ?? '?',
        ),
      )
    }
  }
  const [first] = args
  const plain = module.replace(/^torch\./, '') === 'nn.Conv2d' && !scaled.has('nn.Conv2d')
  if (plain && typeof first === 'number' && first !== input) {
    return refuse(
      l10n.t('Layer {0} is made for {1} input channels, but reads {2}.', layer.index, first, input),
    )
  }
  if (module === 'Expand' && output !== undefined && !Number.isInteger(output)) {
    return refuse(
      l10n.t('Layer {0}: {1} channels can’t be spread over a larger image.', layer.index, input),
    )
  }
  return []
}

function levelsFinding(model: ModelYaml, head: ModelLayer): Finding[] {
  const { anchors } = model
  // Anchors may also stand in the row itself, as in yolov3's; `anchors` names the key.
  const named = head.args.includes('anchors')
  if (!named || anchors === undefined || typeof anchors === 'number') return []
  const levels = anchors.length
  const inputs = head.from.length
  if (levels === inputs) return []
  return [
    {
      code: 'model-yaml/anchor-levels',
      message: l10n.t(
        '{0} reads {1} layers, but “anchors” has {2} rows: it needs one row for each.',
        head.module,
        inputs,
        levels,
      ),
      // Surplus inputs are left unused; a missing one is an IndexError.
      severity: levels > inputs ? 'error' : 'warning',
      range: head.range,
    },
  ]
}

function rowsFinding({ anchors }: ModelYaml, yaml: YamlText): Finding[] {
  if (anchors === undefined || typeof anchors === 'number') return []
  const length = anchors[0]?.length
  const odd = anchors.findIndex((row) => row.length !== length)
  const node = topLevel(yaml).get('anchors')?.value
  if (odd < 0 || !isSeq(node)) return []
  return [
    {
      code: 'model-yaml/anchors',
      message: l10n.t(
        'Every row of “anchors” must have as many numbers as the first, {0}; this one has {1}.',
        length ?? 0,
        anchors[odd]?.length ?? 0,
      ),
      severity: 'error',
      range: yaml.range(node.items[odd]),
    },
  ]
}

function lastFinding(model: ModelYaml): Finding[] {
  const head = model.layers.find(({ module }) => HEADS.has(module))
  const last = model.layers.at(-1)
  if (head === undefined || last === undefined || head === last) return []
  return [
    {
      code: 'model-yaml/detect-last',
      message: l10n.t(
        '{0} must be the last layer: YOLOv5 takes strides and anchors from the last one.',
        head.module,
      ),
      severity: 'error',
      range: head.moduleRange,
    },
  ]
}

/** What would not fit together when YOLOv5 builds this model. */
export function shapeFindings(
  model: ModelYaml,
  yaml: YamlText,
  scaled: Scaled,
  rules: ParserRules,
): readonly Finding[] {
  const image = (rules.yamlChannels ? model.ch : undefined) ?? 3
  const traced = traceModel(model, scaled, image)
  return [
    ...rowsFinding(model, yaml),
    ...model.layers.flatMap((layer) => {
      const unread = [...formFinding(layer, yaml, rules), ...headFinding(layer, rules)]
      // What is not read has no inputs to speak of.
      if (unread.length > 0) return unread
      return [
        ...channelFinding(layer, scaled),
        ...countFinding(layer, traced, scaled, image),
        ...(layer.module === 'Concat' ? concatFinding(layer, traced) : []),
        ...(HEADS.has(layer.module) ? levelsFinding(model, layer) : []),
      ]
    }),
    ...lastFinding(model),
  ]
}
