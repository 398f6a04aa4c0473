import { describe, expect, it } from 'vitest'
import { SlimError } from '../../../core/errors'
import { classify } from './failures'

describe('what an error of a run means', () => {
  it.each([
    'OOM when allocating tensor with shape[16,160,160,32]',
    'RESOURCE_EXHAUSTED: failed to allocate',
    'Worker terminated due to reaching memory limit: JS heap out of memory',
    'Array buffer allocation failed',
    'WebAssembly.Memory.grow(): Unable to grow instance memory.',
    'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY',
  ])('%s: as the PyTorch engine has it', (text) => {
    const { code, remedy } = classify(new Error(text), '/run')
    expect(code).toBe('cuda/out-of-memory')
    expect(remedy).toMatch(/smaller --batch-size or image size/)
  })

  it('is not read into the name of a file', () => {
    expect(classify(new Error('images/mushroom.jpg is damaged'), '/run').code).toBe('train/failed')
  })

  it('is a full disk', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    expect(classify(error, '/run')).toMatchObject({
      code: 'disk/full',
      message: expect.stringContaining('/run'),
    })
  })

  it('is what it says where it says it', () => {
    const error = new SlimError('hyp/value', 'lr0 is no number', 'Correct it.')
    expect(classify(error, '/run')).toBe(error)
  })
})
