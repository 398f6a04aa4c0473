import * as l10n from '@vscode/l10n'
import { isAlias, isScalar, isSeq } from 'yaml'
import { type DataYaml, missingKeyText, parseDataYaml } from '../dataset/dataYaml'
import { type Finding, type Fix, type TextEdit, textIn } from '../finding'
import { functionBody } from '../yolov5/capabilities'
import type { Detection } from '../yolov5/release'
import { hasOwnLines, linesOf, parseYamlText, topLevel, type YamlText } from '../yolov5/yamlText'
import type { Clone } from './clone'
import { convertNames } from './dataNames'
import { editFix, guessFix, pathScalar, switchFix } from './fixes'
import { isStockData } from './stockFiles'

/** `path: a`, `train: b` as `train: a/b`, for releases that don't read `path`. */
function withoutPath(yaml: YamlText): Fix | undefined {
  const keys = topLevel(yaml)
  const entry = keys.get('path')
  if (entry === undefined || !hasOwnLines(yaml, entry)) return undefined
  const { value: node } = entry
  if (!isScalar(node) || typeof node.value !== 'string' || node.anchor !== undefined)
    return undefined
  const path = node.value.replace(/[\\/]$/, '')
  const edits: TextEdit[] = [{ range: linesOf(yaml, entry), text: '' }]
  for (const key of ['train', 'val', 'test']) {
    const value = keys.get(key)?.value
    for (const part of isSeq(value) ? value.items : [value]) {
      // What an alias stands for is written elsewhere, and may be read there too.
      if (isAlias(part) || (isScalar(part) && part.anchor !== undefined)) return undefined
      if (!isScalar(part) || typeof part.value !== 'string') continue
      if (/^(?:[\\/]|[A-Za-z]:|[a-z]+:\/\/)/.test(part.value)) continue
      edits.push({ range: yaml.range(part), text: pathScalar(`${path}/${part.value}`) })
    }
  }
  return {
    kind: 'edit',
    title: l10n.t('Write “path” into train and val'),
    edits,
    safe: true,
  }
}

/** Writes `nc` before `names`, on a line of its own. */
function withCount(text: string, yaml: YamlText, { names }: DataYaml): Fix | undefined {
  const keys = topLevel(yaml)
  const entry = keys.get('names')
  if (entry === undefined || names === undefined || names.length === 0) return undefined
  if (!hasOwnLines(yaml, entry) || !keys.has('train')) return undefined
  const { start } = yaml.range(entry.key)
  const newline = /\r\n/.test(text) ? '\r\n' : '\n'
  const line = `nc: ${names.length}`
  const written = `${line}${newline}${' '.repeat(start.character)}`
  return editFix(line, { start, end: start }, written)
}

/** A path whose backslashes are meant, `"C:\new"`, in quotes that leave them alone. */
function inSingleQuotes(text: string, { range }: Finding): readonly Fix[] {
  const path = /^"((?:\\[A-Za-z]|[^"'\\\r\n])*)"$/.exec(textIn(text, range))?.[1]
  return path?.includes('\\') ? [guessFix(`'${path}'`, range, `'${path}'`)] : []
}

function fixesOf(
  finding: Finding,
  text: string,
  yaml: YamlText,
  data: DataYaml,
  detection: Detection,
): readonly Fix[] {
  const some = (fix: Fix | undefined): readonly Fix[] => (fix === undefined ? [] : [fix])
  switch (finding.code) {
    case 'data-yaml/dict-names':
      return [...some(convertNames(text, 'list')), switchFix('v7.0')]
    case 'data-yaml/path-ignored':
      return [...some(withoutPath(yaml)), switchFix('v6.0')]
    case 'data-yaml/value':
      return inSingleQuotes(text, finding)
    case 'data-yaml/name-type': {
      const name = textIn(text, finding.range)
      return /^['"\s]*$/.test(name) ? [] : [editFix(`'${name}'`, finding.range, `'${name}'`)]
    }
    case 'data-yaml/missing-key': {
      const isMeant = data.findings.some(({ suggestion }) => suggestion === 'nc')
      return finding.message === missingKeyText('nc', detection) && !isMeant
        ? some(withCount(text, yaml, data))
        : []
    }
    default: {
      const { suggestion, range } = finding
      if (suggestion === undefined) return []
      // Where the names are counted `nc` says nothing; else a name may be missing as well.
      const isCounted =
        finding.code === 'data-yaml/nc-mismatch' && !detection.capabilities.dataKeys.includes('nc')
      return [(isCounted ? editFix : guessFix)(suggestion, range, suggestion)]
    }
  }
}

/** YOLOv5 runs a `download:` that is a script, as Python or in a shell, when images are missing. */
function downloadFinding(data: DataYaml, yaml: YamlText, path: string, clone: Clone): Finding[] {
  const { download } = data
  const key = topLevel(yaml).get('download')?.key
  if (download === undefined || key === undefined || isStockData(path)) return []
  if (/^https?:\/\/\S+$/.test(download.trim())) return []
  // Up to v5.0 whatever is no zip file goes to a shell.
  const checker = functionBody(clone.code('utils/general.py'), 'check_dataset')
  const isPython = /\bexec\(/.test(checker) && !download.trim().startsWith('bash ')
  return [
    {
      code: 'data-yaml/download',
      message: isPython
        ? l10n.t('YOLOv5 runs this “download” as Python code when the images are missing.')
        : l10n.t('YOLOv5 runs this “download” in a shell when the images are missing.'),
      severity: 'information',
      range: yaml.range(key),
    },
  ]
}

/**
 * All that is wrong with the text of a data.yaml for this clone; folders are looked at by `checkDataFolders`.
 *
 * @param path absolute
 */
export function checkData(text: string, path: string, clone: Clone): readonly Finding[] {
  const data = parseDataYaml(text, clone.detection)
  const yaml = parseYamlText(text)
  const found = data.findings.map((finding) => {
    const fixes = fixesOf(finding, text, yaml, data, clone.detection)
    return fixes.length === 0 ? finding : { ...finding, fixes }
  })
  return [...found, ...downloadFinding(data, yaml, path, clone)]
}
