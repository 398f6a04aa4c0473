import * as l10n from '@vscode/l10n'
import { isScalar, type Node } from 'yaml'
import type { Finding, Fix, Range } from '../finding'
import { nearest } from '../yolov5/nearest'
import { isForMerging, parseYamlText, resolved, topLevel, type YamlText } from '../yolov5/yamlText'
import type { Clone } from './clone'
import { editFix, guessFix } from './fixes'
import { type HypKeys, hypKeys } from './hypKeys'
import { inClone } from './stockFiles'

/** Floats as PyYAML reads them (YAML 1.1): a dot is a must, and so is the exponent's sign. */
const PY_FLOAT = /^[-+]?(?:\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?)$/
const PY_INT = /^[-+]?(?:0|[1-9][\d_]*|0b[01_]+|0x[\da-fA-F_]+|0[0-7_]+)$/
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/

type Bounds = {
  readonly least?: number
  readonly most?: number
  /** `most` (or `least`) itself is too much. */
  readonly open?: true
}

const SHARE: Bounds = { least: 0, most: 1 }
const GAIN: Bounds = { least: 0 }

/**
 * What the values mean, and so where they end to make sense: torch.optim refuses negative rates and momentum;
 * the augmentations compare a random number of [0, 1) with a probability, and scale by 1 ± `scale` and 1 ± gains
 * of colour.
 */
const BOUNDS: Readonly<Record<string, Bounds>> = {
  lr0: GAIN,
  lrf: GAIN,
  momentum: { least: 0, most: 1, open: true },
  weight_decay: GAIN,
  warmup_epochs: GAIN,
  warmup_momentum: { least: 0, most: 1, open: true },
  warmup_bias_lr: GAIN,
  box: GAIN,
  cls: GAIN,
  cls_pw: GAIN,
  obj: GAIN,
  obj_pw: GAIN,
  iou_t: SHARE,
  anchor_t: { least: 1 },
  anchors: GAIN,
  fl_gamma: GAIN,
  label_smoothing: SHARE,
  hsv_h: SHARE,
  hsv_s: SHARE,
  hsv_v: SHARE,
  translate: SHARE,
  scale: { least: 0, most: 1, open: true },
  perspective: { least: 0, most: 0.01 },
  flipud: SHARE,
  fliplr: SHARE,
  mosaic: SHARE,
  mixup: SHARE,
  copy_paste: SHARE,
}

function outside(value: number, { least, most, open }: Bounds): boolean {
  if (least !== undefined && value < least) return true
  if (most === undefined) return false
  return open ? value >= most : value > most
}

function boundsText({ least = 0, most, open }: Bounds): string {
  if (most === undefined) return l10n.t('{0} or more', least)
  return open
    ? l10n.t('at least {0} and below {1}', least, most)
    : l10n.t('from {0} to {1}', least, most)
}

/** The value as PyYAML and YOLOv5 will take it: a text that looks like a number is the trap. */
function valueFinding(key: string, node: Node | null, range: Range): Finding | undefined {
  if (!isScalar(node)) return notNumber(key, range)
  // To Python a boolean is 1 or 0.
  if (typeof node.value === 'boolean') return undefined
  const source = node.source?.trim() ?? ''
  const bare = node.type === 'PLAIN'
  if (bare && (PY_INT.test(source) || PY_FLOAT.test(source))) return undefined
  if (/^[-+]?\.(?:inf|nan)$/i.test(source)) return notNumber(key, range)
  if (!NUMBER.test(source)) return notNumber(key, range)
  const plain = decimal(Number(source))
  return {
    code: 'hyp-yaml/text-number',
    message: bare
      ? l10n.t(
          'Python reads {0} as text, not as a number: it wants a dot, as in {1}.',
          source,
          plain,
        )
      : l10n.t('“{0}” is text: take the quotes away.', key),
    severity: 'error',
    range,
    suggestion: plain,
    fixes: [editFix(plain, range, plain)],
  }
}

/** A number in the one spelling that all YAML readers agree on. */
function decimal(value: number): string {
  const text = value >= 1e21 ? String(value) : value.toFixed(12).replace(/0+$/, '')
  return text.endsWith('.') ? `${text}0` : text
}

function notNumber(key: string, range: Range): Finding {
  return {
    code: 'hyp-yaml/value',
    message: l10n.t('“{0}” must be a number.', key),
    severity: 'error',
    range,
  }
}

function boundsFinding(key: string, node: Node | null, range: Range): Finding[] {
  const bounds = Object.hasOwn(BOUNDS, key) ? BOUNDS[key] : undefined
  const value = isScalar(node) ? node.value : undefined
  if (bounds === undefined || typeof value !== 'number' || !outside(value, bounds)) return []
  return [
    {
      code: 'hyp-yaml/range',
      message: l10n.t('“{0}” is {1}, but should be {2}.', key, value, boundsText(bounds)),
      // The optimizer raises on these, the rest merely trains badly.
      severity: value < 0 && /^(?:lr0|momentum|weight_decay)$/.test(key) ? 'error' : 'warning',
      range,
    },
  ]
}

function missingFinding(
  text: string,
  yaml: YamlText,
  clone: Clone,
  { required }: HypKeys,
): Finding[] {
  const keys = topLevel(yaml)
  const missing = [...required].filter(([key]) => !keys.has(key))
  if (missing.length === 0) return []
  const isBlock = yaml.map?.flow !== true && yaml.range(yaml.map).start.character === 0
  const isOpen = isBlock && !/^\.\.\.(?:\s|$)/m.test(text)
  const lines = text.split(/\r\n|\r|\n/)
  const newline = /\r\n/.test(text) ? '\r\n' : '\n'
  const open = lines.at(-1) !== ''
  const at = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 }
  const added = missing.map(([, line]) => `${line}${newline}`).join('')
  const fix: Fix = {
    kind: 'edit',
    title: l10n.t(
      'Add {0} with the defaults of {1}',
      list(missing),
      clone.detection.capabilities.hyp,
    ),
    edits: [{ range: { start: at, end: at }, text: `${open ? newline : ''}${added}` }],
    safe: true,
  }
  return [
    {
      code: 'hyp-yaml/missing-key',
      message: l10n.t(
        'YOLOv5 {0} reads {1}, which this file lacks: training ends with a KeyError.',
        clone.detection.release,
        list(missing),
      ),
      severity: 'error',
      range: yaml.top,
      // Lines at the end belong to nothing but a block that starts in the first column.
      fixes: isOpen ? [fix] : [],
    },
  ]
}

function list(entries: readonly (readonly [string, string])[]): string {
  return entries.map(([key]) => key).join(', ')
}

/**
 * All that is wrong with a hyperparameter file for this clone, by the keys that its sources read.
 *
 * @param path absolute
 */
export function checkHyp(text: string, path: string, clone: Clone): readonly Finding[] {
  const yaml = parseYamlText(text)
  const syntax = yaml.errors.map(
    ({ message, range }): Finding => ({
      code: 'hyp-yaml/syntax',
      message,
      severity: 'error',
      range,
    }),
  )
  if (syntax.length > 0) return syntax
  if (yaml.map === undefined) {
    const message = l10n.t('A hyperparameter file is a mapping with lr0, momentum and others.')
    return [{ code: 'hyp-yaml/syntax', message, severity: 'error', range: yaml.top }]
  }
  const keys = hypKeys(clone, inClone(clone, path))
  const entries = topLevel(yaml)
  const findings: Finding[] = []
  for (const [name, { key, value }] of entries) {
    const range = yaml.range(value ?? key)
    if (!keys.known.has(name)) {
      if (keys.complete && !isForMerging(value)) {
        findings.push(unknown(name, yaml.range(key), clone, keys, entries))
      }
      continue
    }
    const node = resolved(yaml, value)
    const wrong = valueFinding(name, node, range)
    findings.push(...(wrong === undefined ? boundsFinding(name, node, range) : [wrong]))
  }
  return [...findings, ...missingFinding(text, yaml, clone, keys)]
}

function unknown(
  name: string,
  range: Range,
  { detection: { release } }: Clone,
  { known }: HypKeys,
  present: ReadonlyMap<string, unknown>,
): Finding {
  const meant = nearest(
    name,
    [...known].filter((key) => !present.has(key)),
  )
  const ignored = l10n.t('YOLOv5 {0} does not read the hyperparameter “{1}”.', release, name)
  return {
    code: 'hyp-yaml/unknown-key',
    message: meant === undefined ? ignored : `${ignored} ${l10n.t('Did you mean {0}?', meant)}`,
    severity: meant === undefined ? 'information' : 'warning',
    range,
    ...(meant === undefined ? {} : { suggestion: meant, fixes: [guessFix(meant, range, meant)] }),
  }
}
