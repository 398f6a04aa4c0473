import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Release, releases } from './release'
import { readSource } from './sources'

export type GitEvidence = {
  /** Commit that HEAD points at, where it can be told without running git. */
  readonly commit?: string
  readonly branch?: string
  /** A release's tag that points at that commit. */
  readonly tag?: Release
}

/** The git folder of a checkout: `.git` itself, or what a worktree's or submodule's `.git` file names. */
function gitFolder(root: string): string | undefined {
  const dot = join(root, '.git')
  const stat = statSync(dot, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  if (stat.isDirectory()) return dot
  const named = /^gitdir:\s*(.+)$/m.exec(readSource(dot) ?? '')?.[1]
  return named === undefined ? undefined : resolve(root, named.trim())
}

/** A worktree keeps its references in the main repository's folder. */
function commonFolder(folder: string): string {
  const common = readSource(join(folder, 'commondir'))
  return common === undefined ? folder : resolve(folder, common.trim())
}

/** Reference names to commits; annotated tags by the commit that they are of. */
function packedRefs(text: string): ReadonlyMap<string, string> {
  const refs = new Map<string, string>()
  let last = ''
  for (const line of text.split('\n')) {
    const [hash, name] = line.split(' ')
    if (hash?.startsWith('^') && last !== '') refs.set(last, hash.slice(1))
    else if (hash !== undefined && name !== undefined && !hash.startsWith('#')) {
      refs.set(name, hash)
      last = name
    }
  }
  return refs
}

/** What git's own files say of the checkout; empty without git, and where a file is odd or over 1 MB. */
export function gitEvidence(root: string): GitEvidence {
  const folder = gitFolder(root)
  const head = folder === undefined ? undefined : readSource(join(folder, 'HEAD'))?.trim()
  if (folder === undefined || head === undefined) return {}
  const common = commonFolder(folder)
  const packed = packedRefs(readSource(join(common, 'packed-refs')) ?? '')
  const lookUp = (ref: string): string | undefined =>
    readSource(join(common, ref))?.trim() ?? packed.get(ref)
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1]
  const commit = ref === undefined ? head : lookUp(ref)
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return {}
  const tag = releases.find((release) => lookUp(`refs/tags/${release}`) === commit)
  return {
    commit,
    ...(ref === undefined ? {} : { branch: ref.replace(/^refs\/heads\//, '') }),
    ...(tag === undefined ? {} : { tag }),
  }
}
