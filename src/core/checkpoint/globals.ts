import type { Checkpoint } from './checkpoint'
import { isGetattr } from './getattrUses'
import { isSafeGlobal } from './knownGlobals'
import type { PyGlobal } from './values'

export type ImportedNames = {
  /** Dotted names of everything that unpickling would import, sorted. */
  readonly globals: readonly string[]
  /** Those that are not YOLOv5's, torch's, numpy's or Python's harmless ones, sorted. */
  readonly unsafeGlobals: readonly string[]
}

/** What `torch.load` would import from this file. */
export function importedNames(checkpoint: Checkpoint): ImportedNames {
  const unsafe = checkpoint.imports.filter(
    (global) =>
      !isSafeGlobal(global.module, global.name) &&
      !(isGetattr(global) && checkpoint.harmlessGetattr),
  )
  return { globals: sorted(checkpoint.imports), unsafeGlobals: sorted(unsafe) }
}

function sorted(globals: readonly PyGlobal[]): string[] {
  return [...new Set(globals.map((global) => global.path))].sort()
}
