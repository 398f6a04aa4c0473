import { posix } from 'node:path'
import { releases } from '../yolov5/release'
import type { Word } from './shellWords'

/** Whether a tag is that of a release, and not of this one. */
export function isOtherRelease(tag: string, release: string): boolean {
  return tag !== release && releases.some((one) => one === tag)
}

const BRANCH = /^(?:-b|--branch)(?:=(.+))?$/

/**
 * The folder that a `git clone` makes for something else than what the checks know: another release by its tag, or the
 * repository of someone else.
 *
 * @param root name of the clone's own folder: its owner's fork is called so
 */
export function otherClone(
  words: readonly Word[],
  release: string,
  root: string,
): string | undefined {
  const [git, clone, ...rest] = words.map(({ text }) => text)
  if (git !== 'git' || clone !== 'clone') return undefined
  const at = rest.findIndex((word) => /^(?:https?:|ssh:|git@)/.test(word))
  const [, owner, repository] = /[/:]([^/:]+)\/([^/]+?)(?:\.git)?\/?$/.exec(rest[at] ?? '') ?? []
  if (owner === undefined || repository === undefined) return undefined
  const given = rest[at + 1]
  const folder = posix.basename(given === undefined || given.startsWith('-') ? repository : given)
  const flag = rest.findIndex((word) => BRANCH.test(word))
  const tag = BRANCH.exec(rest[flag] ?? '')?.[1] ?? rest[flag + 1]
  if (flag >= 0 && tag !== undefined && isOtherRelease(tag, release)) return folder
  const stock = owner === 'ultralytics' && repository === 'yolov5'
  return stock || folder === root ? undefined : folder
}
