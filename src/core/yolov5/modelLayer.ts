import * as l10n from '@vscode/l10n'
import { isSeq } from 'yaml'
import type { Finding, Range } from '../finding'
import type { YamlText } from './yamlText'

/** An argument as the yaml has it; a string such as `None` or `anchors` is left as it is, never evaluated. */
export type ModelArgument = number | string | boolean | null | readonly ModelArgument[]

/** One row of `backbone` or `head`: `[from, number, module, args]`. */
export type ModelLayer = {
  /** Position in the model, counted through backbone and head. */
  readonly index: number
  readonly section: 'backbone' | 'head'
  /** Layers that it reads: absolute indices, or negative ones counted back from this row. */
  readonly from: readonly number[]
  /** Repeats, before `depth_multiple`. */
  readonly number: number
  readonly module: string
  readonly args: readonly ModelArgument[]
  readonly range: Range
  readonly moduleRange: Range
}

export type Report = (
  code: Finding['code'],
  message: string,
  range: Range,
  severity?: Finding['severity'],
  suggestion?: string,
) => void

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value)
}

/** Scalars and lists of them; anything else (a mapping) has no meaning in a row. */
function argument(value: unknown): ModelArgument {
  if (Array.isArray(value)) return value.map(argument)
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
    return value
  }
  return value === null || value === undefined ? null : String(value)
}

/** One row of a model yaml; undefined, and reported, when it is not `[from, number, module, args]`. */
export function row(
  yaml: YamlText,
  node: unknown,
  index: number,
  section: ModelLayer['section'],
  report: Report,
): ModelLayer | undefined {
  const range = yaml.range(node)
  const bad = (message: string, at: unknown = node): undefined => {
    report('model-yaml/layer-row', message, yaml.range(at))
    return undefined
  }
  if (!isSeq(node) || node.items.length !== 4) {
    return bad(l10n.t('Layer {0} must be [from, number, module, args].', index))
  }
  const [fromNode, numberNode, moduleNode, argsNode] = node.items
  const value: unknown = node.toJS(yaml.document)
  const [from, number, module, args] = Array.isArray(value) ? (value as unknown[]) : []
  const inputs: unknown[] = Array.isArray(from) ? from : [from]
  if (inputs.length === 0 || !inputs.every(isWhole)) {
    return bad(
      l10n.t('Layer {0}: “from” must be a whole number or a list of them.', index),
      fromNode,
    )
  }
  const astray = inputs.find((input) => input >= index || (input < -1 && index + input < 0))
  if (astray !== undefined) {
    report(
      'model-yaml/from',
      l10n.t('Layer {0} reads layer {1}, which does not come before it.', index, astray),
      yaml.range(fromNode),
    )
  }
  if (!isWhole(number) || number < 1) {
    return bad(l10n.t('Layer {0}: the number of repeats must be 1 or more.', index), numberNode)
  }
  if (typeof module !== 'string') {
    return bad(l10n.t('Layer {0}: the module must be a name.', index), moduleNode)
  }
  if (!Array.isArray(args)) {
    return bad(l10n.t('Layer {0}: args must be a list.', index), argsNode)
  }
  return {
    index,
    section,
    from: inputs,
    number,
    module,
    args: args.map(argument),
    range,
    moduleRange: yaml.range(moduleNode),
  }
}
