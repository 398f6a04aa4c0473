import { describe, expect, it } from 'vitest'
import { detectOptions, fittedSize, trainOptions } from './options'

describe('image sizes', () => {
  it('are whole strides of the coarsest level, two at least where train.py says so', () => {
    expect([1, 32, 33, 640].map((size) => fittedSize(size, [8, 16, 32]))).toEqual([32, 32, 64, 640])
    // P6: 64 pixels a stride.
    expect(fittedSize(160, [8, 16, 32, 64])).toBe(192)
    expect(fittedSize(64, [8, 16, 32, 64], 2)).toBe(128)
    // A level alone does not make them smaller than 32.
    expect(fittedSize(40, [2])).toBe(64)
  })

  it('are two in v5.0, for training and for testing', () => {
    const sizes = (given: unknown, release: 'v5.0' | 'v7.0'): number[] => {
      const { imageSize, evaluationSize } = trainOptions({ img_size: given }, release)
      return [imageSize, evaluationSize]
    }
    expect(sizes([640, 320], 'v5.0')).toEqual([640, 320])
    expect(sizes([640], 'v5.0')).toEqual([640, 640])
    expect(sizes(320, 'v7.0')).toEqual([320, 320])
  })

  it.each([0, -32, Number.NaN])('refuses %s', (imgsz) => {
    expect(() => trainOptions({ imgsz }, 'v7.0')).toThrowError('--imgsz')
  })
})

it('v5.0 keeps 300 detections of an image, later releases as many as asked for', () => {
  expect(detectOptions({}, 'v5.0').maxDetections).toBe(300)
  expect(detectOptions({ max_det: 50 }, 'v7.0').maxDetections).toBe(50)
  expect(detectOptions({}, 'v7.0').maxDetections).toBe(1000)
})
