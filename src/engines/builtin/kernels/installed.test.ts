import { describe, it } from 'vitest'
import { backendStart, isInstalled } from '../backend/choose'
import { startBackend } from '../backend/start'
import { describeOps } from './opsSuite'

const files = { learnerWorker: '', dataWorker: '', probe: '', kernels: '', wasmFolder: '' }

// Backends that a contributor installed (`yolov5-slim backend install …`); WebGPU on a software adapter too.
describe.each(['native', 'webgpu'] as const)('%s, where it is installed', (kind) => {
  if (isInstalled(kind)) {
    // tfjs's WebGPU kernel gives the slope to the last of equal cells; among real activations there are none.
    const ties = kind !== 'webgpu'
    describeOps(async () => (await startBackend(backendStart(kind, files))).ops, { ties })
  } else {
    it.skip(`needs: backend install ${kind}`, () => undefined)
  }
})
