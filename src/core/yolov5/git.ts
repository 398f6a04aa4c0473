import { promises as fs } from 'node:fs'
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
async function gitFolder(root: string): Promise<string | undefined> {
  const dot = join(root, '.git')
  try {
    if ((await fs.stat(dot)).isDirectory()) return dot
  } catch {
    return undefined
  }
  const named = /^gitdir:\s*(.+)$/m.exec((await readSource(dot)) ?? '')?.[1]
  return named === undefined ? undefined : resolve(root, named.trim())
}

/** A worktree keeps its references in the main repository's folder. */
async function commonFolder(folder: string): Promise<string> {
  const common = await readSource(join(folder, 'commondir'))
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
export async function gitEvidence(root: string): Promise<GitEvidence> {
  const folder = await gitFolder(root)
  if (folder === undefined) return {}
  const head = (await readSource(join(folder, 'HEAD')))?.trim()
  if (head === undefined) return {}
  const common = await commonFolder(folder)
  const packed = packedRefs((await readSource(join(common, 'packed-refs'))) ?? '')
  const lookUp = async (ref: string): Promise<string | undefined> =>
    (await readSource(join(common, ref)))?.trim() ?? packed.get(ref)
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1]
  const commit = ref === undefined ? head : await lookUp(ref)
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return {}
  const tags = await Promise.all(
    releases.map(async (release) => ({ release, at: await lookUp(`refs/tags/${release}`) })),
  )
  const tag = tags.find(({ at }) => at === commit)?.release
  return {
    commit,
    ...(ref === undefined ? {} : { branch: ref.replace(/^refs\/heads\//, '') }),
    ...(tag === undefined ? {} : { tag }),
  }
}
