import * as l10n from '@vscode/l10n'
import { isSeq } from 'yaml'
import type { Finding, Range } from '../finding'
import { type ModelArgument, type ModelLayer, type Report, row } from './modelLayer'
import { nearest } from './nearest'
import type { Detection } from './release'
import { parseYamlText, resolved, topLevel } from './yamlText'

/** A model yaml as data. What is missing or malformed is left out, and named in `findings`. */
export type ModelYaml = {
  readonly nc?: number
  /** Channels of the images, where they are not 3; v3.1 does not read it. */
  readonly ch?: number
  readonly depthMultiple?: number
  readonly widthMultiple?: number
  /** Anchors per detection level, or their number where autoanchor finds them. */
  readonly anchors?: number | readonly (readonly number[])[]
  readonly activation?: string
  readonly layers: readonly ModelLayer[]
  readonly findings: readonly Finding[]
}

const REQUIRED_KEYS = ['nc', 'depth_multiple', 'width_multiple', 'anchors', 'backbone', 'head']

/** Reads a model yaml without evaluating anything: module names and string arguments stay text. */
export function parseModelYaml(text: string): ModelYaml {
  const findings: Finding[] = []
  const report: Report = (code, message, range, severity = 'error', suggestion) => {
    findings.push({
      code,
      message,
      severity,
      range,
      ...(suggestion === undefined ? {} : { suggestion }),
    })
  }
  const yaml = parseYamlText(text)
  for (const { message, range } of yaml.errors) report('model-yaml/syntax', message, range)
  // What follows a syntax error is the parser's guess, and findings about it would mislead.
  if (yaml.map === undefined || findings.length > 0) {
    if (findings.length === 0) {
      report(
        'model-yaml/syntax',
        l10n.t('A model yaml is a mapping with backbone and head.'),
        yaml.top,
      )
    }
    return { layers: [], findings }
  }
  const keys = topLevel(yaml)
  for (const key of REQUIRED_KEYS) {
    if (!keys.has(key)) {
      report('model-yaml/missing-key', l10n.t('The key “{0}” is missing.', key), yaml.top)
    }
  }
  const value = (key: string): unknown => {
    const node = keys.get(key)?.value
    return node === undefined || node === null ? undefined : node.toJS(yaml.document)
  }
  const numeric = (key: string): number | undefined => {
    const found = value(key)
    if (typeof found === 'number') return found
    const entry = keys.get(key)
    if (entry !== undefined) {
      report(
        'model-yaml/value',
        l10n.t('“{0}” must be a number.', key),
        yaml.range(entry.value ?? entry.key),
      )
    }
    return undefined
  }
  const layers: ModelLayer[] = []
  let index = 0
  for (const section of ['backbone', 'head'] as const) {
    const entry = keys.get(section)
    if (entry === undefined) continue
    const rows = resolved(yaml, entry.value)
    if (!isSeq(rows)) {
      report(
        'model-yaml/value',
        l10n.t('“{0}” must be a list of layers.', section),
        yaml.range(entry.value ?? entry.key),
      )
      continue
    }
    for (const node of rows.items) {
      const layer = row(yaml, resolved(yaml, node), index, section, report)
      if (layer !== undefined) layers.push(layer)
      index++
    }
  }
  const nc = numeric('nc')
  const ch = value('ch')
  const depthMultiple = numeric('depth_multiple')
  const widthMultiple = numeric('width_multiple')
  const anchors = anchorsOf(value('anchors'))
  const activation = value('activation')
  if (anchors === undefined && keys.has('anchors')) {
    const node = keys.get('anchors')?.value
    const odd = isSeq(node) ? node.items.find(isOddRow) : undefined
    if (odd === undefined) {
      report(
        'model-yaml/value',
        l10n.t('“anchors” must be a list with one list of numbers for each detection level.'),
        yaml.range(node ?? keys.get('anchors')?.key),
      )
    } else {
      report(
        'model-yaml/anchors',
        l10n.t('Anchors are pairs of width and height: this row has an odd count of numbers.'),
        yaml.range(odd),
      )
    }
  }
  return {
    ...(nc === undefined ? {} : { nc }),
    ...(typeof ch === 'number' ? { ch } : {}),
    ...(depthMultiple === undefined ? {} : { depthMultiple }),
    ...(widthMultiple === undefined ? {} : { widthMultiple }),
    ...(anchors === undefined ? {} : { anchors }),
    ...(typeof activation === 'string' ? { activation } : {}),
    layers,
    findings,
  }
}

function isOddRow(row: unknown): boolean {
  return isSeq(row) && row.items.length % 2 === 1
}

function anchorsOf(value: unknown): ModelYaml['anchors'] {
  if (typeof value === 'number') return value
  if (!Array.isArray(value)) return undefined
  const levels = value.filter(
    (level): level is number[] =>
      Array.isArray(level) && level.length % 2 === 0 && level.every((x) => typeof x === 'number'),
  )
  return levels.length === value.length ? levels : undefined
}

/** `nn.SiLU()`, `nn.LeakyReLU(0.1)`: a call that does nothing but make a module. */
const PLAIN_CALL =
  /^(?:torch\.)?nn\.\w+\((?:\s*(?:\w+\s*=\s*)?(?:-?[\d.eE-]+|True|False|None)\s*,?)*\)$/

function strings(value: ModelArgument): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.flatMap(strings) : []
}

/**
 * What the detected release would stumble over in a model yaml: rows that don't have their form, modules that
 * it lacks, an `activation:` that it doesn't read, and text that it would run as code.
 */
export function checkModelYaml(text: string, detection: Detection): readonly Finding[] {
  const { layers, activation, findings } = parseModelYaml(text)
  const { modules, moreModules, yamlActivation } = detection.capabilities
  const known = new Set(modules)
  const more: Finding[] = []
  const yaml = parseYamlText(text)
  const activationNode = topLevel(yaml).get('activation')
  if (activationNode !== undefined && !yamlActivation) {
    more.push({
      code: 'model-yaml/activation-ignored',
      message: l10n.t(
        '{0} does not read “activation”: every Conv keeps its default.',
        detection.release,
      ),
      severity: 'warning',
      range: yaml.range(activationNode.key),
    })
  } else if (
    activation !== undefined &&
    activationNode !== undefined &&
    !PLAIN_CALL.test(activation)
  ) {
    more.push(codeFinding(activation, yaml.range(activationNode.value)))
  }
  for (const layer of layers) {
    const module = layer.module.replace(/^torch\.nn\./, 'nn.')
    // What torch.nn has is known either way.
    const isKnown = known.has(module) || (moreModules && !module.startsWith('nn.'))
    if (!isKnown) more.push(unknownModule(layer, module, detection))
    const code = layer.args.flatMap(strings).find((arg) => /[(]/.test(arg) && !PLAIN_CALL.test(arg))
    if (code !== undefined) more.push(codeFinding(code, layer.range))
  }
  return [...findings, ...more]
}

function codeFinding(code: string, range: Range): Finding {
  return {
    code: 'model-yaml/runs-code',
    message: l10n.t('YOLOv5 runs “{0}” as Python code when it builds the model.', code),
    severity: 'warning',
    range,
  }
}

function unknownModule(layer: ModelLayer, module: string, detection: Detection): Finding {
  const suggestion = nearest(module, detection.capabilities.modules)
  const lacks = l10n.t('YOLOv5 {0} has no module “{1}”.', detection.release, layer.module)
  return {
    code: 'model-yaml/unknown-module',
    message:
      suggestion === undefined ? lacks : `${lacks} ${l10n.t('Did you mean {0}?', suggestion)}`,
    // A torch newer than our list may have it; a module of YOLOv5's own is certain to be missing.
    severity: module.startsWith('nn.') ? 'warning' : 'error',
    range: layer.moduleRange,
    ...(suggestion === undefined ? {} : { suggestion }),
  }
}
