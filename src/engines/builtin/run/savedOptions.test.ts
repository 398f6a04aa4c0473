import { expect, it } from 'vitest'
import { savedOptions } from './savedOptions'

const runDir = '/runs/train/exp'
const hypFile = '/runs/train/exp/hyp.yaml'

it.each([
  ['wasm', 'cpu'],
  ['native', 'cpu'],
  ['cpu', 'cpu'],
  ['webgpu', ''],
  ['cuda', ''],
  ['0,1', '0,1'],
  [null, ''],
])('--device %s is %j to PyTorch', (device, expected) => {
  const opt = { device, hyp: 'hyp.scratch.yaml', epochs: 3 }
  expect(savedOptions({ opt, runDir }, 'v6.2', hypFile)).toEqual({
    ...{ device: expected, hyp: 'hyp.scratch.yaml', epochs: 3, save_dir: runDir },
  })
})

it('names the hyperparameters of the run where no file was given', () => {
  expect(savedOptions({ opt: { hyp: '' }, runDir }, 'v7.0', hypFile).hyp).toBe(hypFile)
})

it('gives v5.0 two sizes, and what it reads of several processes', () => {
  const opt = { img_size: [96], batch_size: 16, device: '' }
  expect(savedOptions({ opt, runDir }, 'v5.0', hypFile)).toMatchObject({
    ...{ img_size: [96, 96], total_batch_size: 16, world_size: 1, global_rank: -1 },
  })
})
