import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isGone } from './isGone'

test('what is not there is gone, what cannot be asked about may be there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gone-'))
  try {
    await writeFile(join(folder, 'file'), '')
    const names = ['.', 'file', 'none', 'file/inside', '\0']
    expect(await Promise.all(names.map((name) => isGone(join(folder, name))))).toEqual([
      ...[false, false, true, true, false],
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})
