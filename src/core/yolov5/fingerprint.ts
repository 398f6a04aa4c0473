import * as l10n from '@vscode/l10n'
import { CLUES, type Clue } from './clues'
import { type Release, releases } from './release'
import type { Sources } from './sources'

type Answer = { readonly clue: Clue; readonly yes: boolean; readonly weight: number }

export type Fingerprint = {
  readonly release: Release
  readonly confidence: number
  readonly evidence: readonly string[]
}

/** Users delete files far more often than they add one that a later release happens to have. */
const MISSING_FILE_WEIGHT = 0.5

function answer(clue: Clue, sources: Sources, packaged: boolean): Answer | undefined {
  if (packaged && clue.repositoryOnly) return undefined
  if (clue.pattern === undefined) {
    const yes = sources.has(clue.file)
    return { clue, yes, weight: yes ? 1 : MISSING_FILE_WEIGHT }
  }
  const code = sources.code(clue.file)
  if (code === '') return undefined
  return { clue, yes: clue.pattern.test(code), weight: 1 }
}

function expected(clue: Clue, release: Release): boolean {
  const at = releases.indexOf(release)
  if (at < releases.indexOf(clue.since)) return false
  return clue.until === undefined || at < releases.indexOf(clue.until)
}

function sentence({ clue, yes }: Answer): string {
  if (clue.shown === undefined) {
    return yes ? l10n.t('{0} exists', clue.file) : l10n.t('{0} does not exist', clue.file)
  }
  return yes
    ? l10n.t('{0} has {1}', clue.file, clue.shown)
    : l10n.t('{0} does not have {1}', clue.file, clue.shown)
}

/** Clues that a neighbour of `release` would answer the other way: the ones that settle the label. */
function decisive(clue: Clue, release: Release): boolean {
  const at = releases.indexOf(release)
  return [releases[at - 1], releases[at + 1]].some(
    (other) => other !== undefined && expected(clue, other) !== expected(clue, release),
  )
}

/**
 * The release whose answers to {@link CLUES} agree best with the checkout's, by weight. Features arrive one
 * by one between two tags, so a commit between them is nearest to one of the two; what a user deleted or
 * added moves single votes. A tie goes to the older release, whose interfaces are then all there.
 */
export function fingerprint(
  sources: Sources,
  packaged: boolean,
  tag: Release | undefined,
): Fingerprint {
  const answers = CLUES.flatMap((clue) => answer(clue, sources, packaged) ?? [])
  const total = answers.reduce((sum, { weight }) => sum + weight, tag === undefined ? 0 : 1)
  let best: { readonly release: Release; readonly score: number } = { release: 'v3.1', score: -1 }
  for (const release of releases) {
    const score = answers.reduce(
      (sum, { clue, yes, weight }) => sum + (expected(clue, release) === yes ? weight : 0),
      tag === release ? 1 : 0,
    )
    if (score > best.score) best = { release, score }
  }
  const { release } = best
  const agreeing = answers.filter(
    ({ clue, yes }) => expected(clue, release) === yes && decisive(clue, release),
  )
  const contrary = answers.filter(({ clue, yes }) => expected(clue, release) !== yes)
  return {
    release,
    confidence: total === 0 ? 0 : Math.round((best.score / total) * 1000) / 1000,
    evidence: [
      ...agreeing.map(sentence),
      ...contrary.map((item) => l10n.t('unlike {0}: {1}', release, sentence(item))),
    ],
  }
}
