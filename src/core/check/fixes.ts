import { basename } from 'node:path'
import * as l10n from '@vscode/l10n'
import type { Fix, Range } from '../finding'
import type { Release } from '../yolov5/release'

/** Puts `text` in place of a range. `shown` is what the title says will stand there. */
export function editFix(shown: string, range: Range, text: string): Fix {
  return {
    kind: 'edit',
    title: l10n.t('Write {0}', shown),
    edits: [{ range, text }],
    safe: true,
  }
}

/** The same where what is meant is only likely. */
export function guessFix(shown: string, range: Range, text: string): Fix {
  return { kind: 'edit', title: l10n.t('Write {0}', shown), edits: [{ range, text }] }
}

/** Takes a range out. `shown` is what stands there; `safe` where it says nothing in this release. */
export function removeFix(shown: string, range: Range, safe = true): Fix {
  return {
    kind: 'edit',
    title: l10n.t('Remove {0}', shown),
    edits: [{ range, text: '' }],
    ...(safe ? { safe: true } : {}),
  }
}

/** A path as a yaml scalar, also for a list in brackets. */
export function pathScalar(path: string): string {
  // Without a slash it may be a word or number that is no text to YAML.
  const plain = /^[\w./~][\w./~ +@=:\\-]*$/.test(path) && /[/\\]/.test(path)
  return plain && !/:(?: |$)| $/.test(path) ? path : `'${path.replaceAll("'", "''")}'`
}

export function switchFix(release: Release): Fix {
  return { kind: 'switch', title: l10n.t('Switch the clone to YOLOv5 {0}', release), release }
}

/** Switching to the release that has what is missing, where there is one and it is another. */
export function switchFixes(wanted: Release | undefined, current: Release): Fix[] {
  return wanted === undefined || wanted === current ? [] : [switchFix(wanted)]
}

export function stockFix(release: Release, file: string): Fix {
  return {
    kind: 'stock',
    title: l10n.t('Replace by {0} of YOLOv5 {1}…', basename(file), release),
    file,
  }
}
