import * as l10n from '@vscode/l10n'
import type { Finding } from '../finding'
import { codeOnly } from '../yolov5/python'
import type { Clone } from './clone'
import { editFix, switchFixes } from './fixes'
import type { ImportReport } from './importCheck'
import { releaseWithName, renamedName } from './nameHistory'
import { calledNames, callsOf, rebinds } from './pythonCalls'
import { hasName, homeOf, moduleFile } from './pythonModules'
import type { Snippet } from './snippet'

/** `from module import *`; without a module for one that is not the clone's. */
export type Star = { readonly module?: string; readonly guarded?: boolean }

/**
 * What a source calls of the modules that it imports whole; and what it calls that changed its name.
 *
 * @param taken names that the source imports one by one
 */
export function checkStars(
  stars: readonly Star[],
  taken: ReadonlySet<string>,
  snippet: Snippet,
  clone: Clone,
): ImportReport {
  const modules = stars.flatMap(({ module }) => module ?? [])
  // A name may come from any of them: with one that can't be read, nothing is known.
  if (modules.length === 0 || modules.length < stars.length) return { findings: [], bindings: [] }
  if (modules.some((module) => moduleFile(clone, module) === undefined)) {
    return { findings: [], bindings: [] }
  }
  const code = codeOnly(snippet.text)
  const called = [...calledNames(code)].filter((name) => !name.startsWith('_') && !taken.has(name))
  const guarded = stars.some((star) => star.guarded)
  return {
    bindings: called.flatMap((local) => {
      const home = [...modules].reverse().flatMap((module) => homeOf(clone, module, local) ?? [])[0]
      return home === undefined ? [] : [{ local, ...home }]
    }),
    findings: guarded
      ? []
      : called.flatMap((name) => renamedCalls(name, modules, code, snippet, clone)),
  }
}

function renamedCalls(
  name: string,
  modules: readonly string[],
  code: string,
  { range }: Snippet,
  clone: Clone,
): Finding[] {
  const now = renamedName(name)
  if (now === undefined || rebinds(code, name)) return []
  if (modules.some((module) => hasName(clone, module, name) !== false)) return []
  // Many modules pass a name on; the one that defines it says more.
  const module =
    modules.find((one) => homeOf(clone, one, now)?.module === one) ??
    modules.find((one) => hasName(clone, one, now) === true)
  if (module === undefined) return []
  const { release } = clone.detection
  const switches = switchFixes(releaseWithName(module, name, release), release)
  return callsOf(code, name).map(({ start, end }) => {
    const place = range(start, end)
    return {
      code: 'script/name',
      message: `${l10n.t('{0} of YOLOv5 {1} has no {2}.', module, release, name)} ${l10n.t('It is called {0} there.', now)}`,
      severity: 'error',
      range: place,
      suggestion: now,
      fixes: [editFix(now, place, now), ...switches],
    } as const
  })
}
