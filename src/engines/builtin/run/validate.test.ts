import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { DetectionSaver } from './validate'

test('labels that cannot be written are told of at the end, and do not end the process before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'validate-'))
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  try {
    await writeFile(join(folder, 'labels'), 'no folder')
    const saver = new DetectionSaver(
      { path: (...parts) => join(folder, ...parts), say: () => undefined },
      { saveText: true, saveJson: false, saveConfidence: false },
    )
    const source = { path: '0.png', original: [32, 32] }
    saver.add(source as never, Float32Array.from([4, 4, 20, 20, 0.9, 0]))
    await sleep(50)
    expect(unhandled).not.toHaveBeenCalled()
    await expect(saver.finish('best')).rejects.toMatchObject({ code: 'EEXIST' })
  } finally {
    process.off('unhandledRejection', unhandled)
    await rm(folder, { recursive: true, force: true })
  }
})
