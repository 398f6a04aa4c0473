import { posix } from 'node:path'
import * as l10n from '@vscode/l10n'
import type { Finding, Fix } from '../finding'
import type { Clone } from './clone'
import { editFix, guessFix, switchFixes } from './fixes'
import { isKnownModule, otherNameOf, releaseWithModule } from './history'
import { releaseWithName, renamedName } from './nameHistory'
import { type ImportedName, type ImportStatement, importsOf } from './pythonImports'
import { hasName, moduleDefining, moduleFile } from './pythonModules'
import type { Snippet } from './snippet'
import { checkStars, type Star } from './starImports'

/** A name in a file, and what of the clone it stands for. */
export type Binding = {
  readonly local: string
  readonly module: string
  /** Absent for a whole module. */
  readonly name?: string
}

export type ImportReport = {
  readonly findings: readonly Finding[]
  readonly bindings: readonly Binding[]
}

const PACKAGES = new Set(['models', 'utils', 'classify', 'segment'])
/** Root scripts that are imported as modules. */
const SCRIPTS = new Set(['train', 'val', 'test', 'detect', 'export', 'benchmarks'])

/** The module as the clone has it: the pip package, and folders called yolov5, put their name before it. */
function ownModule(module: string): string {
  return module.replace(/^yolov5\./, '')
}

/**
 * Whether an import of `top` in this file reaches the clone's folder: not where a folder of that name lies nearer,
 * nor in a file that changes where Python looks.
 */
function reaches(clone: Clone, folder: string, top: string): boolean {
  for (let at = folder; at !== '' && at !== '.'; at = posix.dirname(at)) {
    if (clone.has(`${at}/${top}`) || clone.has(`${at}/${top}.py`)) return false
  }
  return true
}

/** Whether a source has to do with YOLOv5, so that `import val` means the clone's. */
function isYoloCode(imports: readonly ImportStatement[]): boolean {
  return imports.some(({ module }) => /^(?:yolov5\.)?(?:models|utils)(?:\.|$)/.test(module))
}

/**
 * The imports of a source that the clone can't meet, and what the others bind.
 *
 * @param folder of the file, relative to the clone's root
 * @param foreign offset after which another repository is imported from
 */
export function checkImports(
  snippet: Snippet,
  folder: string,
  clone: Clone,
  foreign: number,
): ImportReport {
  const imports = importsOf(snippet.text)
  const yolo = isYoloCode(imports)
  // Where the search path is changed, a missing module may lie anywhere.
  const moved = /\bsys\.path\b/.test(snippet.text)
  const findings: Finding[] = []
  const bindings: Binding[] = []
  const stars: Star[] = []
  for (const statement of imports) {
    const module = ownModule(statement.module)
    const top = module.split('.')[0] ?? ''
    const ours = PACKAGES.has(top) || (yolo && SCRIPTS.has(top) && !module.includes('.'))
    const all = statement.names?.some(({ name }) => name === '*') ?? false
    if (!ours || statement.start > foreign || !reaches(clone, folder, top)) {
      if (all) stars.push({})
      continue
    }
    if (all) stars.push({ module, guarded: statement.guarded })
    if (moduleFile(clone, module) === undefined) {
      const finding = missingModule(statement, module, snippet, clone, moved || folder !== '')
      if (finding !== undefined && !statement.guarded) findings.push(finding)
      continue
    }
    if (statement.names === undefined) {
      bindings.push({ local: statement.binds ?? module, module })
      continue
    }
    for (const imported of statement.names) {
      const { name, alias } = imported
      if (name === '*') continue
      const whole = `${module}.${name}`
      const isModule = moduleFile(clone, whole) !== undefined
      bindings.push(isModule ? { local: alias, module: whole } : { local: alias, module, name })
      if (statement.guarded || hasName(clone, module, name) !== false) continue
      findings.push(missingName(statement, imported, module, snippet, clone))
    }
  }
  const taken = new Set(
    imports.flatMap(({ names = [], binds = '' }) => [binds, ...names.map(({ alias }) => alias)]),
  )
  const starred = checkStars(stars, taken, snippet, clone)
  return {
    findings: [...findings, ...starred.findings],
    bindings: [...bindings, ...starred.bindings],
  }
}

function missingModule(
  statement: ImportStatement,
  module: string,
  { range }: Snippet,
  clone: Clone,
  uncertain: boolean,
): Finding | undefined {
  const { release } = clone.detection
  const place = range(statement.start, statement.end)
  const lacks = l10n.t('YOLOv5 {0} has no module {1}.', release, module)
  if (!isKnownModule(module)) {
    if (uncertain) return undefined
    return {
      code: 'script/module',
      message: `${lacks} ${l10n.t('This script was written for another repository.')}`,
      severity: 'warning',
      range: place,
    }
  }
  const other = otherNameOf(module)
  const there = other !== undefined && moduleFile(clone, other) !== undefined ? other : undefined
  const prefix = statement.module.startsWith('yolov5.') ? 'yolov5.' : ''
  const fixes: Fix[] = [
    ...(there === undefined ? [] : [renameFix(statement, `${prefix}${there}`, place)]),
    ...switchFixes(releaseWithModule(module, release), release),
  ]
  return {
    code: 'script/module',
    message: there === undefined ? lacks : `${lacks} ${l10n.t('It is called {0} there.', there)}`,
    severity: 'error',
    range: place,
    fixes,
  }
}

/**
 * `import test` is used as `test.…` below, so the old name stays as the alias. `import utils.datasets` can't keep its
 * name: what uses it below has to be changed too.
 */
function renameFix(statement: ImportStatement, module: string, range: Finding['range']): Fix {
  if (statement.names !== undefined) return editFix(module, range, module)
  if (statement.binds === statement.module) {
    return editFix(module, range, `${module} as ${statement.module}`)
  }
  const aliased = statement.binds !== statement.module.split('.')[0]
  return (aliased ? editFix : guessFix)(module, range, module)
}

function missingName(
  statement: ImportStatement,
  imported: ImportedName,
  module: string,
  snippet: Snippet,
  clone: Clone,
): Finding {
  const { name } = imported
  const { release } = clone.detection
  const submodule = `${module}.${name}`
  const lacks = l10n.t('{0} of YOLOv5 {1} has no {2}.', module, release, name)
  const range = snippet.range(imported.start, imported.start + name.length)
  const base = { code: 'script/name', severity: 'error', range } as const
  if (isKnownModule(submodule)) {
    const now = otherNameOf(submodule)?.split('.')
    const there = now !== undefined && moduleFile(clone, now.join('.')) !== undefined
    const same = there && now.slice(0, -1).join('.') === module
    const last = now?.at(-1) ?? ''
    const fixes: Fix[] = [
      ...(same ? [editFix(last, range, `${last} as ${imported.alias}`)] : []),
      ...switchFixes(releaseWithModule(submodule, release), release),
    ]
    return { ...base, message: lacks, fixes }
  }
  const switches = switchFixes(releaseWithName(module, name, release), release)
  const now = renamedName(name, module)
  if (now !== undefined && hasName(clone, module, now) === true) {
    const kept = imported.alias === name ? `${now} as ${name}` : now
    return {
      ...base,
      message: `${lacks} ${l10n.t('It is called {0} there.', now)}`,
      suggestion: now,
      fixes: [editFix(now, range, kept), ...switches],
    }
  }
  const elsewhere = moduleDefining(clone, name)
  if (elsewhere === undefined) return { ...base, message: lacks, fixes: switches }
  return {
    ...base,
    message: `${lacks} ${l10n.t('It is in {0}.', elsewhere)}`,
    fixes: [moveFix(statement, imported, elsewhere, snippet), ...switches],
  }
}

/** Takes a name out of an import statement, and imports it from where it is. */
function moveFix(
  statement: ImportStatement,
  imported: ImportedName,
  module: string,
  { text, range }: Snippet,
): Fix {
  const prefix = statement.module.startsWith('yolov5.') ? 'yolov5.' : ''
  const title = l10n.t('Import {0} from {1}', imported.name, module)
  const names = statement.names ?? []
  if (names.length === 1) {
    const edits = [{ range: range(statement.start, statement.end), text: `${prefix}${module}` }]
    return { kind: 'edit', title, edits, safe: true }
  }
  const at = names.indexOf(imported)
  const next = names[at + 1]
  const before = names[at - 1]
  const gone =
    next === undefined
      ? range(before?.end ?? imported.start, imported.end)
      : range(imported.start, next.start)
  const line = `from ${prefix}${module} import ${text.slice(imported.start, imported.end)}`
  const start = range(statement.at, statement.at)
  return {
    kind: 'edit',
    title,
    edits: [
      { range: start, text: `${line}\n${statement.indent}` },
      { range: gone, text: '' },
    ],
    safe: true,
  }
}
