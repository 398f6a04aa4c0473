import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startTensorBoard } from './server'

const folder = mkdtempSync(join(tmpdir(), 'slim tensorboard-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.skipIf(process.platform === 'win32')(
  'says how it is installed as a line that a shell takes, whatever the folder is called',
  async () => {
    const python = join(folder, 'python')
    const script = `#!/bin/sh\necho "ModuleNotFoundError: No module named 'tensorboard'" >&2\nexit 1\n`
    writeFileSync(python, script, { mode: 0o755 })
    await expect(
      startTensorBoard({ python: { setting: python }, logdir: folder }),
    ).rejects.toMatchObject({
      code: 'tensorboard/missing',
      remedy: `Install it: '${python}' -m pip install tensorboard`,
    })
  },
)
