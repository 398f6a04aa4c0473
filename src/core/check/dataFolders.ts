import { dirname, relative, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { isSeq } from 'yaml'
import { isRemote, resolveEntry } from '../dataset/dataSet'
import { classesOf, type DataPart, type DataYaml, parseDataYaml } from '../dataset/dataYaml'
import type { Finding, Range } from '../finding'
import { parseYamlText, resolved, topLevel } from '../yolov5/yamlText'
import type { Clone } from './clone'
import type { Files } from './files'
import { editFix, pathScalar } from './fixes'
import { hasStockLabels } from './labelFormat'
import { isStockData } from './stockFiles'
import { type Survey, survey } from './survey'

/** Above this share of images without labels something was probably forgotten; fewer are background images. */
const MANY_UNLABELLED = 0.1

type Place = {
  readonly key: DataPart
  readonly entry: string
  readonly range: Range
}

function placesOf(text: string, data: DataYaml): readonly Place[] {
  const yaml = parseYamlText(text)
  const keys = topLevel(yaml)
  return (['train', 'val', 'test'] as const).flatMap((key) =>
    (data[key] ?? []).map((entry, at) => {
      const value = keys.get(key)?.value
      const list = resolved(yaml, value)
      return { key, entry, range: yaml.range(isSeq(list) ? list.items[at] : value) }
    }),
  )
}

function surveyFindings(place: Place, found: Survey, path: string, nc: number): Finding[] {
  const { range, key } = place
  const findings: Finding[] = []
  const add = (code: Finding['code'], severity: Finding['severity'], message: string): void => {
    findings.push({ code, message, severity, range })
  }
  if (found.unseen) return findings
  if (found.images === 0) {
    add('data-yaml/no-images', 'warning', l10n.t('There are no images in {0}.', path))
    return findings
  }
  if (found.unlabelled === found.sampled) {
    add(
      'data-yaml/unlabelled-images',
      'warning',
      l10n.t(
        'None of the {0} images of “{1}” that were looked at has a label file: YOLOv5 looks for them where “images” in the path is “labels”.',
        found.sampled,
        key,
      ),
    )
  } else if (found.unlabelled / found.sampled > MANY_UNLABELLED) {
    add(
      'data-yaml/unlabelled-images',
      'information',
      l10n.t(
        'Of {0} images of “{1}” that were looked at, {2} have no label file and count as background.',
        found.sampled,
        key,
        found.unlabelled,
      ),
    )
  }
  if (found.outside !== undefined) {
    const { file, line, label } = found.outside
    add(
      'data-yaml/class-range',
      'error',
      l10n.t(
        '{0}, line {1}: class {2}, but the data set has {3} (0 to {4}).',
        file,
        line,
        label,
        nc,
        nc - 1,
      ),
    )
  }
  if (found.malformed !== undefined) {
    const { file, line, row, fatal } = found.malformed
    add(
      'data-yaml/label-row',
      fatal ? 'error' : 'warning',
      fatal
        ? l10n.t('{0}, line {1}: “{2}” is no label; training ends there.', file, line, row)
        : l10n.t('{0}, line {1}: “{2}” is no label; YOLOv5 leaves the image out.', file, line, row),
    )
  }
  return findings
}

function missing(place: Place, path: string, data: DataYaml, beside: string | undefined): Finding {
  const { key, range, entry } = place
  const gone = l10n.t('The folder or list file of “{0}” does not exist: {1}.', key, path)
  const fetched = data.download !== undefined
  const hint = fetched
    ? l10n.t('YOLOv5 will fetch it (“download”).')
    : beside === undefined
      ? ''
      : l10n.t('It lies beside this file: write {0}.', beside)
  return {
    code: 'data-yaml/missing-folder',
    message: `${gone} ${hint}`.trim(),
    severity: fetched || key === 'test' ? 'information' : 'warning',
    range,
    ...(beside === undefined || beside === entry ? {} : besideFix(beside, range)),
  }
}

function besideFix(beside: string, range: Range): Pick<Finding, 'suggestion' | 'fixes'> {
  return { suggestion: beside, fixes: [editFix(beside, range, pathScalar(beside))] }
}

/**
 * Looks where a data.yaml points to: folders that are missing, images without labels, labels of classes that the
 * data set does not have. Reads a bounded sample; see `surveyLimits`.
 *
 * @param path absolute
 */
export async function checkDataFolders(
  text: string,
  path: string,
  clone: Clone,
  files: Files,
): Promise<readonly Finding[]> {
  const { detection } = clone
  const data = parseDataYaml(text, detection)
  const classes = classesOf(data, detection.capabilities)
  const findings: Finding[] = []
  // What YOLOv5 ships is fetched with the first training.
  const stock = isStockData(path) && data.download !== undefined
  const { root, release } = detection
  const stockLabels = hasStockLabels(clone)
  let fetched = false
  for (const place of placesOf(text, data)) {
    const { entry } = place
    if (isRemote(entry) || /[$%{}]/.test(entry)) continue
    const target = await resolveEntry(entry, place.key, data, root, detection)
    const found = await files.stat(target)
    if (found !== undefined) {
      if (classes === undefined) continue
      const { nc } = classes
      const expected = { nc, release, root, stockLabels }
      const seen = await survey(files, target, found.folder, expected)
      findings.push(...surveyFindings(place, seen, target, nc))
      continue
    }
    if (stock || (fetched && data.download !== undefined)) continue
    fetched = true
    // Where the release looks from the folder that training runs in, that folder is anyone's guess.
    const own = resolve(dirname(path), data.path ?? '', entry)
    const anywhere = [own, resolve(dirname(root), entry)]
    const elsewhere = await Promise.all(anywhere.map((place2) => files.stat(place2)))
    if (detection.capabilities.dataBase === 'cwd' && elsewhere.some(Boolean)) continue
    const beside = elsewhere[0] === undefined ? await below(path, data, entry, files) : own
    const written = beside && fromBase(beside, data.path, root)
    findings.push(missing(place, target, data, written))
  }
  return findings
}

/** Roboflow writes `../train/images` where the images lie in `train/images` beside the yaml. */
async function below(
  path: string,
  { path: base = '' }: DataYaml,
  entry: string,
  files: Files,
): Promise<string | undefined> {
  const inside = entry.replace(/^(?:\.\.\/)+/, '')
  if (inside === entry || inside === '') return undefined
  const target = resolve(dirname(path), base, inside)
  return (await files.stat(target)) === undefined ? undefined : target
}

/** A path as the release would have to be given it. */
function fromBase(target: string, path: string | undefined, root: string): string {
  return relative(resolve(root, path ?? ''), target).replaceAll('\\', '/')
}
