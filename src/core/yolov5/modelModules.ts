import { posix } from 'node:path'
import { derivedClasses, type FromImport, fromImports, functions } from './python'
import type { Sources } from './sources'
import { TORCH_MODULES } from './torchModules'

const YOLO = 'models/yolo.py'

/** Files whose names models/yolo.py sees: its own imports, and what the two star imports pass on. */
const MODEL_FILES = ['models/common.py', 'models/experimental.py'] as const

/** Functions that every release has in these files, and that make no layer. */
const HELPERS = new Set(['attempt_download', 'attempt_load', 'autopad', 'parse_model'])

/** Files under models/ that a module may be, as `file` imports it: itself or a package. None for one from elsewhere. */
function filesOf(module: string, file: string): readonly string[] {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0
  const name = dots > 0 ? module.slice(dots) : /^(?:yolov5\.)?models\.(.+)$/.exec(module)?.[1]
  if (name === undefined || name === '') return []
  const folder = dots > 0 ? posix.join(posix.dirname(file), '../'.repeat(dots - 1)) : 'models'
  const path = posix.join(folder, name.replaceAll('.', '/'))
  return path.startsWith('models/') ? [`${path}.py`, `${path}/__init__.py`] : []
}

/**
 * Files under models/ that layers come from, as far as the sources are read. Forks keep theirs in files and packages
 * of their own, which models/yolo.py or models/common.py import.
 */
export function modelFiles(sources: Sources): readonly string[] {
  const found = new Set<string>([...MODEL_FILES, YOLO])
  // A set that grows is gone through to its end.
  for (const file of found) {
    for (const { module } of fromImports(sources.code(file))) {
      for (const path of filesOf(module, file)) found.add(path)
    }
  }
  return [...found]
}

type Import = FromImport & { readonly file: string }

function importsIn(sources: Sources): readonly Import[] {
  return modelFiles(sources).flatMap((file) =>
    fromImports(sources.code(file)).map((statement) => ({ ...statement, file })),
  )
}

function importedNames(sources: Sources): readonly string[] {
  return importsIn(sources).flatMap(({ module, names, file }) => {
    if (filesOf(module, file).length > 0) return names.filter((name) => /^[A-Za-z]\w*$/.test(name))
    if (file !== YOLO || /^(?:pathlib|copy|typing|datetime|torch\.nn$)/.test(module)) return []
    return names.filter((name) => /^[A-Z]\w*$/.test(name) && !/^(?:LOGGER|ROOT|FILE)$/.test(name))
  })
}

/** What `eval(m)` of parse_model finds: classes, functions that make layers, and torch.nn's classes. */
export function modelModules(sources: Sources): readonly string[] {
  const own = modelFiles(sources).flatMap((file) => {
    const code = sources.code(file)
    return [...derivedClasses(code), ...functions(code)]
  })
  const names = [...own, ...importedNames(sources)].filter((name) => !HELPERS.has(name))
  return [...new Set(names)].sort().concat(TORCH_MODULES)
}

/**
 * Whether a model yaml may name more: what timm has, or what comes from a module that is imported whole, unread.
 *
 * @param parser body of parse_model
 */
export function hasMoreModules(sources: Sources, parser: string): boolean {
  if (/\bcreate_model\s*\(/.test(parser)) return true
  return importsIn(sources).some(
    ({ module, names, file }) =>
      names.includes('*') && filesOf(module, file).every((path) => sources.text(path) === ''),
  )
}
