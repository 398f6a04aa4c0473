import { isSeq } from 'yaml'
import type { Range } from '../finding'
import type { ModelLayer } from '../yolov5/modelLayer'
import { topLevel, type YamlText } from '../yolov5/yamlText'

export function sameRange(a: Range, b: Range): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Where a layer stands in its yaml; undefined where that can't be told, as for an alias. */
export function rowNode(yaml: YamlText, layer: ModelLayer): unknown {
  const section = topLevel(yaml).get(layer.section)?.value
  if (!isSeq(section)) return undefined
  return section.items.find((item) => sameRange(yaml.range(item), layer.range))
}
