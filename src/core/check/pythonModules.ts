import { bracketed, fromImports } from '../yolov5/python'
import type { Clone } from './clone'
import { importsOf } from './pythonImports'

/** A function's parameters, as far as a call can be held against them. */
export type Signature = {
  /** Those that a position can fill, in order; `self` left out. */
  readonly positional: readonly string[]
  readonly keywordOnly: readonly string[]
  readonly required: readonly string[]
  /** It takes any further positions (`*args`), or any further keywords (`**kwargs`). */
  readonly rest: boolean
  readonly anyKeyword: boolean
}

/** The file of a module of the clone; undefined where there is none. `''` for a folder without `__init__.py`. */
export function moduleFile(clone: Clone, module: string): string | undefined {
  const path = module.replaceAll('.', '/')
  for (const file of [`${path}.py`, `${path}/__init__.py`]) if (clone.has(file)) return file
  return clone.has(path) ? '' : undefined
}

const escaped = (name: string): string => name.replace(/[^\w]/g, '\\$&')

/** Whether `code` of a module's own level defines, assigns or imports a name, under whatever conditions. */
function defines(code: string, name: string): boolean {
  const word = escaped(name)
  return (
    new RegExp(`\\b(?:def|class)[ \\t]+${word}\\b`).test(code) ||
    new RegExp(`(?:^|[\\s,(;])${word}\\b[^=\\n!<>]*=(?!=)`, 'm').test(code) ||
    new RegExp(`\\b(?:as|for|global)[ \\t]+(?:[\\w, ]*\\b)?${word}\\b`).test(code) ||
    new RegExp(`\\bimport\\b(?:[^\\n(]*|[ \\t]*\\([^)]*)\\b${word}\\b`).test(code)
  )
}

/**
 * Whether a module of the clone has a name. Undefined where that can't be told: it imports all of a module that
 * is not the clone's, or makes names as it runs.
 */
export function hasName(
  clone: Clone,
  module: string,
  name: string,
  visited: ReadonlySet<string> = new Set(),
): boolean | undefined {
  const file = moduleFile(clone, module)
  if (file === undefined || visited.has(module)) return false
  if (file === '') return moduleFile(clone, `${module}.${name}`) !== undefined
  const code = clone.code(file)
  if (
    code === '' && clone.text(file) !== '' ? false : code === '' && !file.endsWith('__init__.py')
  ) {
    return undefined
  }
  if (/\b__getattr__\b|\bglobals\(\)/.test(code)) return undefined
  if (defines(clone.moduleCode(file), name)) return true
  if (file.endsWith('/__init__.py') && moduleFile(clone, `${module}.${name}`) !== undefined)
    return true
  let certain = true
  for (const { module: other, names } of fromImports(code)) {
    if (!names.includes('*')) continue
    const absolute = other.startsWith('.') ? relativeModule(module, other, file) : other
    if (moduleFile(clone, absolute) === undefined) {
      certain = false
      continue
    }
    const there = hasName(clone, absolute, name, new Set([...visited, module]))
    if (there === true) return true
    if (there === undefined) certain = false
  }
  return certain ? false : undefined
}

function relativeModule(module: string, relative: string, file: string): string {
  const dots = /^\.+/.exec(relative)?.[0].length ?? 0
  const parts = module.split('.')
  const up = file.endsWith('/__init__.py') ? dots - 1 : dots
  const rest = relative.slice(dots)
  return [...parts.slice(0, parts.length - up), ...(rest === '' ? [] : [rest])].join('.')
}

/** Whether a module of the clone defines a function or class at its own level. */
function definesCallable(clone: Clone, file: string, name: string): boolean {
  return new RegExp(`^(?:def|class)[ \\t]+${escaped(name)}\\b`, 'm').test(clone.moduleCode(file))
}

/** The module that defines a function or class, and its name there. */
export type Home = { readonly module: string; readonly name: string }

/**
 * The module of the clone that defines a function or class which `module` has, by itself or from its imports, and
 * its name there. Undefined where that can't be told.
 */
export function homeOf(
  clone: Clone,
  module: string,
  name: string,
  visited: ReadonlySet<string> = new Set(),
): Home | undefined {
  const file = moduleFile(clone, module)
  if (file === undefined || file === '' || visited.has(module)) return undefined
  if (definesCallable(clone, file, name)) return { module, name }
  const inner = new Set([...visited, module])
  // What is imported last counts.
  for (const statement of [...importsOf(clone.moduleCode(file))].reverse()) {
    const { module: from, names = [], guarded } = statement
    const absolute = from.startsWith('.') ? relativeModule(module, from, file) : from
    const own = names.find(({ alias }) => alias === name)
    if (own !== undefined) {
      return guarded ? undefined : homeOf(clone, absolute, own.name, inner)
    }
    if (!names.some((one) => one.name === '*') || name.startsWith('_')) continue
    if (guarded || moduleFile(clone, absolute) === undefined) return undefined
    const home = homeOf(clone, absolute, name, inner)
    if (home !== undefined) return home
  }
  return undefined
}

/** Decorators that leave a function's parameters as they are. */
const HARMLESS =
  /^@(?:torch\.)?(?:no_grad|inference_mode|smart_inference_mode|contextlib\.contextmanager|contextmanager|TryExcept|threaded)\b/

/** Splits a parameter list; `skip` is the receiver of a method. */
function signatureOf(parts: readonly string[], skip: boolean): Signature {
  const positional: string[] = []
  const keywordOnly: string[] = []
  const required: string[] = []
  let rest = false
  let anyKeyword = false
  let named = false
  for (const part of skip ? parts.slice(1) : parts) {
    if (part.startsWith('**')) anyKeyword = true
    else if (part === '*') named = true
    else if (part.startsWith('*')) {
      rest = true
      named = true
    } else if (part !== '/') {
      const name = /^\w+/.exec(part)?.[0] ?? ''
      ;(named ? keywordOnly : positional).push(name)
      if (!part.includes('=')) required.push(name)
    }
  }
  return { positional, keywordOnly, required, rest, anyKeyword }
}

/**
 * The signature of a function of the clone, or of a class's `__init__`. Undefined where it is not plainly there:
 * defined twice, decorated by something that may change it, inherited, or imported from elsewhere.
 */
export function signatureIn(clone: Clone, module: string, name: string): Signature | undefined {
  const file = moduleFile(clone, module)
  if (file === undefined || file === '') return undefined
  const code = clone.code(file)
  const word = escaped(name)
  const found = [...code.matchAll(new RegExp(`^(?:def|class)[ \\t]+${word}\\b[^\\n]*`, 'gm'))]
  const [match] = found
  if (match === undefined || found.length > 1) return undefined
  const before = code.slice(0, match.index).trimEnd().split('\n')
  for (let at = before.length - 1; at >= 0; at--) {
    const line = before[at] ?? ''
    if (!line.startsWith('@')) break
    if (!HARMLESS.test(line)) return undefined
  }
  if (match[0].startsWith('def')) {
    const open = code.indexOf('(', match.index)
    return signatureOf(bracketed(code, open), false)
  }
  const body = classBody(code, match.index)
  const init = [...body.matchAll(/^[ \t]+def[ \t]+__init__[ \t]*\(/gm)]
  const [only] = init
  if (only === undefined || init.length > 1 || /\b__(?:new|call)__\b|metaclass/.test(body)) {
    return undefined
  }
  return signatureOf(bracketed(body, only.index + only[0].length - 1), true)
}

function classBody(code: string, start: number): string {
  const rest = code.slice(start)
  const end = /\n(?=[^\s#)\]}])/.exec(rest)?.index
  return end === undefined ? rest : rest.slice(0, end)
}

/** Where else in the clone a function or class of this name is defined: its module; undefined for none or several. */
export function moduleDefining(clone: Clone, name: string): string | undefined {
  const found = ['utils', 'models', 'utils/segment', 'utils/loggers'].flatMap((folder) =>
    clone
      .list(folder)
      .filter((file) => file.endsWith('.py') && file !== '__init__.py')
      .filter((file) =>
        new RegExp(`^(?:def|class)[ \\t]+${escaped(name)}\\b`, 'm').test(
          clone.code(`${folder}/${file}`),
        ),
      )
      .map((file) => `${folder}/${file}`.replace(/\.py$/, '').replaceAll('/', '.')),
  )
  return found.length === 1 ? found[0] : undefined
}
