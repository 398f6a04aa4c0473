import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { isMap, isScalar, isSeq } from 'yaml'
import type { Finding, Fix } from '../finding'
import type { ModelLayer } from '../yolov5/modelLayer'
import { checkModelYaml, type ModelYaml, parseModelYaml } from '../yolov5/modelYaml'
import { hasOwnLines, linesOf, parseYamlText, topLevel, type YamlText } from '../yolov5/yamlText'
import type { Clone } from './clone'
import { editFix, guessFix, stockFix, switchFix } from './fixes'
import { releaseWithClass } from './history'
import { rowNode, sameRange } from './modelRows'
import { shapeFindings } from './modelShape'
import { scaledModules } from './modelTrace'
import { parserRules } from './parserRules'
import { inClone, stockModel } from './stockFiles'

/** A data.yaml that a model yaml is used with. */
export type UsedWith = {
  /** How to name it to the user. */
  readonly data: string
  readonly nc: number
}

/** SPPF of v6.0 computes what SPP with these three kernels does: three 5×5 poolings in a row see 5, 9 and 13. */
function asSpp(layer: ModelLayer, yaml: YamlText, clone: Clone): Fix[] {
  const [channels, kernel = 5] = layer.args
  const usable = clone.detection.capabilities.modules.includes('SPP')
  if (layer.module !== 'SPPF' || typeof channels !== 'number' || kernel !== 5 || !usable) return []
  const row = rowNode(yaml, layer)
  const args = isSeq(row) ? row.items[3] : undefined
  if (args === undefined) return []
  const edits = [
    { range: layer.moduleRange, text: 'SPP' },
    { range: yaml.range(args), text: `[${channels}, [5, 9, 13]]` },
  ]
  return [
    {
      kind: 'edit',
      title: l10n.t('Write SPP with kernels 5, 9, 13, which computes the same'),
      edits,
      safe: true,
    },
  ]
}

function moduleFixes(finding: Finding, layer: ModelLayer, yaml: YamlText, clone: Clone): Fix[] {
  const since = releaseWithClass(layer.module)
  if (since !== undefined) {
    const { release } = clone.detection
    return [...asSpp(layer, yaml, clone), ...(since === release ? [] : [switchFix(since)])]
  }
  const { suggestion } = finding
  if (suggestion === undefined) return []
  const same = suggestion.toLowerCase() === layer.module.toLowerCase()
  return [(same ? editFix : guessFix)(suggestion, finding.range, suggestion)]
}

/** The finding with what can be done about it. */
function withFixes(
  finding: Finding,
  model: ModelYaml,
  yaml: YamlText,
  clone: Clone,
  stock: Fix[],
): Finding {
  switch (finding.code) {
    case 'model-yaml/unknown-module': {
      const layer = model.layers.find(({ moduleRange }) => sameRange(moduleRange, finding.range))
      if (layer === undefined) return finding
      const since = releaseWithClass(layer.module)
      const fixes = [...moduleFixes(finding, layer, yaml, clone), ...stock]
      const message =
        since === undefined
          ? finding.message
          : l10n.t(
              'YOLOv5 {0} has no module “{1}”: it came with {2}.',
              clone.detection.release,
              layer.module,
              since,
            )
      return { ...finding, message, fixes }
    }
    case 'model-yaml/activation-ignored': {
      const entry = topLevel(yaml).get('activation')
      const later = switchFix('v7.0')
      if (entry === undefined || !hasOwnLines(yaml, entry)) return { ...finding, fixes: [later] }
      const edits = [{ range: linesOf(yaml, entry), text: '' }]
      const remove: Fix = { kind: 'edit', title: l10n.t('Remove “activation”'), edits, safe: true }
      return { ...finding, fixes: [remove, later] }
    }
    case 'model-yaml/layer-row':
    case 'model-yaml/from':
    case 'model-yaml/missing-key':
    case 'model-yaml/syntax':
      return stock.length === 0 ? finding : { ...finding, fixes: stock }
    default:
      return finding
  }
}

/** Parts of v5.0's architecture beside parts of v6.0's: pasted from two tutorials, and fitting the weights of none. */
function mixedFinding(model: ModelYaml, clone: Clone, stock: Fix[]): Finding[] {
  const [first] = model.layers
  const newStem = first?.module === 'Conv' && first.args[1] === 6 && first.args[2] === 2
  const old = model.layers.find(({ module }) => module === 'Focus' || module === 'SPP')
  const pooled = model.layers.some(({ module }) => module === 'SPPF')
  const focus = model.layers.find(({ module }) => module === 'Focus')
  const mixed = newStem ? old : pooled ? focus : undefined
  // Before v6.0 a 6×6 stem with SPP is how v6.0's network is written.
  const spelled = !clone.detection.capabilities.modules.includes('SPPF')
  if (mixed === undefined || (spelled && mixed.module === 'SPP')) return []
  return [
    {
      code: 'model-yaml/mixed-releases',
      message: l10n.t(
        '{0} is of the v5.0 architecture, beside parts of the v6.0 one: no pretrained weights fit both.',
        mixed.module,
      ),
      severity: 'warning',
      range: mixed.moduleRange,
      fixes: stock,
    },
  ]
}

/** Training overrides `nc` by the data's, so this is no error; `Model(cfg)` on its own, and readers, are misled. */
function ncFinding(model: ModelYaml, yaml: YamlText, used: UsedWith | undefined): Finding[] {
  const node = topLevel(yaml).get('nc')?.value
  if (used === undefined || model.nc === undefined || model.nc === used.nc) return []
  if (!isScalar(node)) return []
  const range = yaml.range(node)
  return [
    {
      code: 'model-yaml/nc-differs',
      message: l10n.t(
        '“nc” is {0}, but {1} has {2} classes. Training takes the data’s; what builds the model from this file alone does not.',
        model.nc,
        used.data,
        used.nc,
      ),
      severity: 'information',
      range,
      suggestion: String(used.nc),
      fixes: [editFix(String(used.nc), range, String(used.nc))],
    },
  ]
}

/**
 * All that is wrong with a model yaml for this clone.
 *
 * @param path absolute
 * @param used the data that it is used with, where that is known
 */
export function checkModel(
  text: string,
  path: string,
  clone: Clone,
  used?: UsedWith,
): readonly Finding[] {
  const model = parseModelYaml(text)
  const yaml = parseYamlText(text)
  const own = stockModel(clone, path, model)
  const stock =
    own === undefined ? [] : [stockFix(clone.detection.release, join(clone.detection.root, own))]
  const foreign = foreignRows(yaml)
  if (foreign !== undefined) return [foreign]
  const found = checkModelYaml(text, clone.detection).map((finding) =>
    withFixes(finding, model, yaml, clone, stock),
  )
  if (found.some(({ code }) => code === 'model-yaml/syntax')) return found
  // A module that is not there has no shapes to speak of, and neither has a row that is none.
  const whole = !found.some(
    ({ code }) => code === 'model-yaml/layer-row' || code === 'model-yaml/from',
  )
  const scaled = scaledModules(clone.code('models/yolo.py'))
  return [
    ...found,
    ...(whole ? shapeFindings(model, yaml, scaled, parserRules(clone)) : []),
    ...(isHub(clone, path) ? [] : mixedFinding(model, clone, stock)),
    ...ncFinding(model, yaml, used),
  ]
}

/** Rows of another form throughout: forks keep yamls for parsers of their own, of which nothing can be said. */
function foreignRows(yaml: YamlText): Finding | undefined {
  const rows = ['backbone', 'head'].flatMap((key): unknown[] => {
    const section = topLevel(yaml).get(key)?.value
    return isSeq(section) ? section.items : []
  })
  const forms = new Set(rows.map((row) => (isSeq(row) ? row.items.length : isMap(row) && 'map')))
  const [form = false] = forms
  if (yaml.errors.length > 0 || rows.length < 3 || forms.size > 1 || form === false || form === 4)
    return undefined
  return {
    code: 'model-yaml/layer-row',
    message: l10n.t(
      'No row has the form [from, number, module, args]: this file is for another parser.',
    ),
    severity: 'information',
    range: yaml.range(rows[0]),
  }
}

/** models/hub holds variants of all ages, mixed ones among them. */
function isHub(clone: Clone, path: string): boolean {
  return inClone(clone, path).startsWith('models/hub/')
}
