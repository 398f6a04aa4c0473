import { describe, expect, it } from 'vitest'
import { parseGpuQuery, sampleGpus } from './gpus'

describe('parseGpuQuery', () => {
  it('reads a line a GPU, memory as bytes and load as a share', () => {
    const text = '0, NVIDIA H200, 87, 20480, 143771, 61\r\n1, NVIDIA H200, 0, 0, 143771, 30\n'
    expect(parseGpuQuery(text)).toEqual([
      {
        ...{ index: 0, name: 'NVIDIA H200', load: 0.87 },
        ...{ memoryUsed: 20480 * 2 ** 20, memoryTotal: 143771 * 2 ** 20, temperature: 61 },
      },
      {
        ...{ index: 1, name: 'NVIDIA H200', load: 0 },
        ...{ memoryUsed: 0, memoryTotal: 143771 * 2 ** 20, temperature: 30 },
      },
    ])
  })

  it('leaves out what the driver does not tell', () => {
    expect(parseGpuQuery('0, GRID A100X-8C, [N/A], 512, 8192, [Not Supported]')).toEqual([
      { index: 0, name: 'GRID A100X-8C', memoryUsed: 512 * 2 ** 20, memoryTotal: 8192 * 2 ** 20 },
    ])
  })

  it('takes a name with commas, and nothing of what is no GPU', () => {
    expect(parseGpuQuery('0, Odd, Name, 1, 2, 3, 4')[0]?.name).toBe('Odd, Name')
    expect(parseGpuQuery('No devices were found\n')).toEqual([])
    expect(parseGpuQuery('')).toEqual([])
  })
})

it('is an empty list, not an error, where there is no nvidia-smi', async () => {
  const path = process.env.PATH
  process.env.PATH = ''
  try {
    expect(await sampleGpus()).toEqual([])
  } finally {
    process.env.PATH = path
  }
})
