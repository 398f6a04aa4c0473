import type { EpochEvent, GammaEvent, ProgressEvent, StartedEvent } from '../events'

const head = { v: 1, t: 1_000_000 } as const

export const started: StartedEvent = {
  ...head,
  type: 'started',
  engine: 'pytorch',
  devices: ['cuda:0 NVIDIA H200'],
  versions: { python: '3.11.2', torch: '2.6.0', cuda: '12.4', numpy: null },
  epochs: 60,
  batchSize: 16,
  imageSize: 640,
  layers: [
    { name: 'model.0.bn', channels: 16 },
    { name: 'model.1.bn', channels: 32 },
  ],
  sparsity: { reg: 'prox', sr: 0.005, schedule: 'linear', explanation: 'It fits.' },
  shims: ['numpy-aliases'],
}

export const progress: ProgressEvent = {
  ...head,
  type: 'progress',
  epoch: 2,
  batch: 11,
  batches: 32,
  losses: { box: 0.0512, obj: 0.0131, cls: 0.0042 },
  lr: 0.00981,
  memory: 2.1e9,
}

export const epoch: EpochEvent = {
  ...head,
  type: 'epoch',
  epoch: 1,
  epochs: 60,
  train: { box: 0.0512, obj: 0.0131, cls: 0.0042 },
  val: {},
  precision: 0.91,
  recall: null,
  mAP50: 0.9304,
  mAP50_95: 0.6201,
  lr: 0.0098,
  sr: 0.005,
  seconds: 4.1,
}

export const gamma: GammaEvent = {
  ...head,
  type: 'gamma',
  epoch: 1,
  layers: [
    { name: 'model.0.bn', histogram: [4, 12], nearZero: 4, quantiles: [0, 0, 0, 0, 0] },
    { name: 'model.1.bn', histogram: [8, 24], nearZero: 2, quantiles: [0, 0, 0, 0, 0] },
  ],
}
