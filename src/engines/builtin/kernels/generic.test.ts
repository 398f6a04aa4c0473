import '@tensorflow/tfjs-backend-cpu'
import { ready, setBackend } from '@tensorflow/tfjs-core'
import { describe } from 'vitest'
import { genericOps } from './generic'
import { describeOps } from './opsSuite'

// tfjs's plain JavaScript backend: slow, and everywhere.
describe('tfjs’s own operations', () =>
  describeOps(async () => {
    await setBackend('cpu')
    await ready()
    return genericOps
  }))
