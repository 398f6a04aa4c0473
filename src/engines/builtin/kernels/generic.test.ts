import '@tensorflow/tfjs-backend-cpu'
import { ready, setBackend } from '@tensorflow/tfjs-core'
import { describe } from 'vitest'
import { genericOps } from './generic'
import { inputGradientByConvolution } from './inputGradient'
import { describeOps } from './opsSuite'

// tfjs's plain JavaScript backend: slow, and everywhere.
describe('tfjs’s own operations', () =>
  describeOps(async () => {
    await setBackend('cpu')
    await ready()
    return genericOps
  }))

describe('the input gradient made of convolutions', () =>
  describeOps(async () => {
    await setBackend('cpu')
    await ready()
    return {
      ...genericOps,
      convInputGradient: (dy, kernel, shape, geometry) =>
        geometry.groups === 1 && geometry.dilation === 1
          ? inputGradientByConvolution(dy, kernel, shape, geometry)
          : genericOps.convInputGradient(dy, kernel, shape, geometry),
    }
  }))
