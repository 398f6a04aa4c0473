import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../../core/checkpoint/checkpoint'
import { PyDict, PyGlobal } from '../../core/checkpoint/values'
import { writeCheckpoint } from '../../core/checkpoint/writeCheckpoint'
import type { Detection } from '../../core/yolov5/release'
import { checkWeights, requireSafe } from './weights'

const golden = resolve(import.meta.dirname, '../../../test/golden/checkpoints/v6.2.pt')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weights-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A real checkpoint that also names this global. */
function naming(module: string, name: string): string {
  const checkpoint = openCheckpoint(golden)
  const { root } = checkpoint
  if (root instanceof PyDict) root.set('extra', new PyGlobal(module, name))
  const file = join(folder, `${module}-${name}.pt`)
  writeCheckpoint(checkpoint, root, file)
  checkpoint.close()
  return file
}

/** A checkout whose sources define what the golden checkpoint needs, and `extra`. */
function policy(trusted: boolean, ...extra: string[]) {
  const modules = [
    'Conv',
    'C3',
    'Bottleneck',
    'SPPF',
    'Concat',
    'Detect',
    'DetectionModel',
    ...extra,
  ]
  const capabilities = { modules, modelClass: 'DetectionModel' }
  return { trusted, detection: { release: 'v6.2', capabilities } as unknown as Detection }
}

describe('checkWeights', () => {
  it('accepts what YOLOv5 saved, and says what is in it', () => {
    expect(checkWeights(golden, policy(false))).toMatchObject({ nc: 3, fused: false })
  })

  it('refuses a global that could run a program, unless the person trusts the file', () => {
    const file = naming('os', 'system')
    expect(() => checkWeights(file, policy(false))).toThrow(
      expect.objectContaining({
        code: 'checkpoint/unsafe-globals',
        message: expect.stringContaining('os.system'),
      }),
    )
    expect(checkWeights(file, policy(true)).path).toBe(file)
  })

  it('accepts a class that the fork itself defines, and no function of it', () => {
    expect(checkWeights(naming('models.common', 'CBAM'), policy(false, 'CBAM')).fused).toBe(false)
    expect(() =>
      checkWeights(naming('models.common', 'autopad'), policy(false, 'autopad')),
    ).toThrow(expect.objectContaining({ code: 'checkpoint/unsafe-globals' }))
  })

  it('refuses a class that the checkout does not have', () => {
    expect(() => checkWeights(naming('models.common', 'C3Ghost'), policy(false))).toThrow(
      expect.objectContaining({ code: 'checkpoint/newer-release' }),
    )
  })
})

it('weights that an engine saves again may hold no such global either', () => {
  const file = naming('os', 'popen')
  expect(() => requireSafe(file, policy(false))).toThrow(
    expect.objectContaining({ code: 'checkpoint/unsafe-globals' }),
  )
  expect(() => requireSafe(file, policy(true))).not.toThrow()
  expect(() => requireSafe(golden, policy(false))).not.toThrow()
})
