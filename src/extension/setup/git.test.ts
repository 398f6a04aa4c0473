import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cloneRelease, gitError, progressOf, switchRelease } from './git'

let folder = ''
let url = ''

/** A repository with two releases and a master beyond. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'git-'))
  const origin = join(folder, 'origin')
  execFileSync('git', ['init', '-q', '-b', 'master', origin])
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: origin })
  for (const release of ['v6.2', 'v7.0', 'next']) {
    writeFileSync(join(origin, 'train.py'), release)
    git('add', '.')
    git('commit', '-qm', release)
    if (release !== 'next') git('tag', release)
  }
  url = `file://${origin}`
})
afterAll(() => rmSync(folder, { recursive: true }))

const content = (clone: string) => readFileSync(join(clone, 'train.py'), 'utf8')

describe('with a repository', () => {
  it('clones a release, and switches it back and forth', async () => {
    const clone = join(folder, 'a b')
    const lines: string[] = []
    await cloneRelease('v6.2', clone, { url, onLine: (line) => lines.push(line) })
    expect(content(clone)).toBe('v6.2')
    expect(lines.join()).toContain('Cloning')
    await switchRelease(clone, 'v7.0')
    expect(content(clone)).toBe('v7.0')
    await switchRelease(clone, 'master')
    expect(content(clone)).toBe('next')
    await switchRelease(clone, 'v6.2')
    expect(content(clone)).toBe('v6.2')
  })

  it('never touches what is there', async () => {
    await expect(cloneRelease('v6.2', join(folder, 'origin'), { url })).rejects.toMatchObject({
      code: 'git/folder-taken',
    })
    const clone = join(folder, 'dirty')
    await cloneRelease('v6.2', clone, { url })
    writeFileSync(join(clone, 'train.py'), 'mine')
    const refused = expect(switchRelease(clone, 'v7.0')).rejects
    await refused.toMatchObject({ code: 'git/dirty', message: expect.stringContaining('train.py') })
    expect(content(clone)).toBe('mine')
  })

  it('leaves nothing behind when it fails or is cancelled', async () => {
    const clone = join(folder, 'none')
    await expect(cloneRelease('v5.0', clone, { url })).rejects.toMatchObject({ code: 'git/failed' })
    const controller = new AbortController()
    controller.abort()
    await expect(cloneRelease('v6.2', clone, { url, signal: controller.signal })).rejects.toThrow()
    expect(existsSync(clone)).toBe(false)
  })

  it('says that an unzipped release is no clone', async () => {
    const plain = mkdtempSync(join(tmpdir(), 'plain-'))
    await expect(switchRelease(plain, 'v6.2')).rejects.toMatchObject({ code: 'git/no-clone' })
    rmSync(plain, { recursive: true })
  })
})

it('reads progress', () => {
  expect(progressOf('Receiving objects:  45% (1/2), 3 MiB')).toEqual({
    what: 'Receiving objects',
    percent: 45,
  })
  expect(progressOf('remote: Counting objects: 100% (3/3)')).toEqual({
    what: 'Counting objects',
    percent: 100,
  })
  expect(progressOf("Cloning into 'x'...")).toBeUndefined()
})

it('tells a missing network from other failures', () => {
  const code = (line: string) => gitError(['clone'], [line]).code
  expect(code('fatal: unable to access https://x/: Could not resolve host: x')).toBe('git/offline')
  expect(code('fatal: Remote branch v9 not found in upstream origin')).toBe('git/failed')
})
