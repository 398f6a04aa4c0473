import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SlimError } from '../../core/errors'
import type { Preflight } from '../../engines/pytorch/python'
import { findInterpreters, type Looked, lookAt, pythonItem } from './interpreters'

let root = ''
const put = (path: string, text = '') => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pythons-'))
  put('w/.venv/pyvenv.cfg')
  put('w/.venv/bin/python3')
  put('w/data/bin/python3')
  put('home/.conda/environments.txt', `${join(root, 'conda')}\n`)
  put('conda/bin/python')
  put('home/.pyenv/versions/3.12/bin/python3')
  put('home/.pyenv/shims/python3')
  put('usr/bin/python3', '#!/bin/sh\nexit 3\n')
  chmodSync(join(root, 'usr/bin/python3'), 0o755)
})
afterAll(() => rmSync(root, { recursive: true }))

it('finds environments of the workspace, conda, pyenv and the PATH, each once', async () => {
  const found = await findInterpreters({
    folders: [join(root, 'w')],
    home: join(root, 'home'),
    env: {
      PATH: ['home/.pyenv/shims', 'usr/bin', 'usr/bin'].map((path) => join(root, path)).join(':'),
    },
    platform: 'linux',
    active: join(root, 'conda/bin/python'),
  })
  expect(found.map(({ path }) => path.slice(root.length + 1))).toEqual([
    'conda/bin/python',
    'w/.venv/bin/python3',
    'home/.pyenv/versions/3.12/bin/python3',
    'usr/bin/python3',
  ])
})

it('reports what is no Python', async () => {
  const [one] = await lookAt([{ path: join(root, 'usr/bin/python3'), where: 'PATH' }], undefined)
  expect(one && pythonItem(one).label).toMatch(/^\$\(error\)/)
})

const preflight = (torch: Preflight['torch'], missing: Preflight['missing']): Preflight => ({
  python: { command: 'p', args: [], source: 'path', executable: '/p', version: '3.11.2' },
  ...{ torch, torchvision: null, packages: {}, missing, install: [], problems: [] },
})

it('says at a glance which one can train', () => {
  const item = (rest: object) => pythonItem({ path: '/p', where: 'PATH', ...rest } as Looked)
  expect(item({ preflight: preflight({ version: '2.1', cuda: '12.1', rocm: null }, []) })).toEqual({
    ...{ label: '$(pass) /p', path: '/p', detail: 'ready to train' },
    description: 'Python 3.11.2 · torch 2.1 (CUDA 12.1) · PATH',
  })
  const lacking = preflight(null, [{ module: 'torch', pip: 'torch' }])
  expect(item({ preflight: lacking })).toMatchObject({
    label: '$(warning) /p',
    detail: 'lacks torch',
  })
  const error = new SlimError('python/too-old', 'Old.', 'New.')
  expect(item({ error })).toMatchObject({ label: '$(error) /p', detail: 'Old.' })
})
