import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  findParent,
  type LineageNode,
  type LineageRun,
  lineageTrees,
  trainingRunOf,
} from './lineage'
import { collectProvenance, gitState, sha256OfFile } from './provenance'
import { emptyDigest } from './state'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lineage-'))
})
afterEach(async () => rm(root, { recursive: true, force: true }))

function run(id: string, parent?: string, pruned?: string, createdAt = 0): LineageRun {
  return {
    runDir: join(root, 'runs', id),
    manifest: {
      v: 1,
      id,
      stage: 'train',
      ...(parent ? { parent } : {}),
      engine: 'pytorch',
      commandLine: [],
      cwd: root,
      createdAt,
      provenance: { slimVersion: '0', sha256: {} },
    },
    digest: pruned
      ? { ...emptyDigest, checkpoints: { pruned: { path: pruned, bytes: 1 } } }
      : emptyDigest,
  }
}

async function write(path: string, content: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}

describe('findParent', () => {
  test('by folder, by a named output, and by the content of a copy', async () => {
    const a = run('a')
    const b = run('b', undefined, join(root, 'pruned_model.pt'))
    const last = await write(join(a.runDir, 'weights', 'last.pt'), 'aaaa')
    await write(join(root, 'pruned_model.pt'), 'bbbb')
    expect(await findParent(last, [b, a])).toBe('a')
    expect(await findParent(join(root, 'pruned_model.pt'), [a, b])).toBe('b')
    await copyFile(last, join(root, 'copy.pt'))
    expect(await findParent(join(root, 'copy.pt'), [b, a])).toBe('a')
    expect(await findParent(await write(join(root, 'other.pt'), 'cccc'), [a, b])).toBeUndefined()
  })

  test('a pruned checkpoint in the folder of the run it was cut from is of the prune', async () => {
    const a = run('a')
    const pruned = await write(join(a.runDir, 'weights', 'pruned.pt'), 'p')
    const b = run('b', 'a', pruned)
    expect(await findParent(pruned, [a, b])).toBe('b')
    expect(await trainingRunOf(pruned)).toBeUndefined()
    expect(await findParent(pruned, [a])).toBe('a')
  })

  test('a folder whose name only begins like a run is another', async () => {
    const near = await write(join(root, 'runs', 'a2', 'last.pt'), 'x')
    expect(await findParent(near, [run('a')])).toBeUndefined()
  })
})

describe('lineageTrees', () => {
  const shape = (nodes: readonly LineageNode<LineageRun>[]): unknown =>
    nodes.map(({ run, children }) => [run.manifest.id, shape(children)])

  test('arranges rounds under their baseline, oldest first', () => {
    const runs = [
      run('ft2', 'p', '', 5),
      run('ft', 'p', '', 4),
      run('p', 's'),
      run('s', 'b'),
      run('b'),
    ]
    expect(shape(lineageTrees(runs))).toEqual([
      [
        'b',
        [
          [
            's',
            [
              [
                'p',
                [
                  ['ft', []],
                  ['ft2', []],
                ],
              ],
            ],
          ],
        ],
      ],
    ])
  })

  test('shows children under one copy of their parent only', () => {
    const runs = [run('p', 'b'), run('b'), { ...run('b'), runDir: join(root, 'runs', 'copy') }]
    expect(shape(lineageTrees(runs))).toEqual([
      ['b', []],
      ['b', [['p', []]]],
    ])
  })

  test('shows runs whose parent is gone, and those in a circle', () => {
    const runs = [run('x', 'gone'), run('a', 'b'), run('b', 'a'), run('c', 'a')]
    const text = JSON.stringify(shape(lineageTrees(runs)))
    expect(JSON.parse(text)).toEqual([
      ['x', []],
      ['a', [['c', []]]],
      ['b', []],
    ])
  })
})

describe('provenance', () => {
  test('hashes inputs as sha256sum does, and names the one it cannot read', async () => {
    const file = await write(join(root, 'data.yaml'), 'abc')
    expect(await sha256OfFile(file)).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    const found = await collectProvenance({
      slimVersion: '1',
      inputs: { data: file },
      cuda: null,
      seed: 0,
    })
    expect(found).toMatchObject({
      slimVersion: '1',
      cuda: null,
      seed: 0,
      sha256: { data: { path: file } },
    })
    await expect(sha256OfFile(join(root, 'none'))).rejects.toMatchObject({
      code: 'file/unreadable',
    })
  })

  test('commit and dirty flag; untracked runs do not make it dirty', async () => {
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
        cwd: root,
        encoding: 'utf8',
      })
    expect(await gitState(root)).toBeUndefined()
    await write(join(root, 'train.py'), '1')
    git('init', '-q')
    git('add', '.')
    git('commit', '-qm', 'x')
    const commit = git('rev-parse', 'HEAD').trim()
    await write(join(root, 'runs', 'x'), '')
    expect(await gitState(root)).toEqual({ commit, dirty: false })
    await writeFile(join(root, 'train.py'), '2')
    expect(await gitState(root)).toEqual({ commit, dirty: true })
    expect(await gitState(join(root, 'runs'))).toBeUndefined()
  })
})
