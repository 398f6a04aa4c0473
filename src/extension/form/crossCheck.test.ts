import { expect, it } from 'vitest'
import { type Cross, crossFindings } from './crossCheck'

const data = {
  ...{ file: '/d.yaml', nc: 3, train: 100, val: 20, seen: 64, unlabelled: 0 },
  ...{ beyond: undefined, missing: undefined },
}
const weights = { path: 'w.pt', nc: 3, head: 'Detect', fused: false, finished: true }
const base: Cross = {
  ...{ stage: 'sparse', engine: 'pytorch', release: 'v7.0' },
  ...{ singleClass: false, device: '' },
}

const codes = (change: Partial<Cross>) =>
  crossFindings({ ...base, ...change }).map(
    ({ field, code, severity }) => `${field} ${code} ${severity}`,
  )

it('says what a data set is where nothing is wrong with it', () => {
  expect(codes({ data, weights })).toEqual(['data data/facts information'])
})

it('tells missing images and labels', () => {
  expect(codes({ data: { ...data, train: 0, seen: 0 } })).toEqual(['data data/no-images error'])
  expect(codes({ data: { ...data, val: 0 } })).toEqual(['data data/no-images error'])
  expect(codes({ data: { ...data, train: 3 } })).toEqual(['data data/few-images warning'])
  expect(codes({ data: { ...data, missing: '/x.jpg' } })).toEqual(['data data/missing-image error'])
  expect(codes({ data: { ...data, unlabelled: 64 } })).toEqual(['data data/no-labels error'])
  expect(codes({ data: { ...data, unlabelled: 6 } })).toEqual(['data data/unlabelled warning'])
  expect(codes({ data: { ...data, beyond: { file: 'x.txt', cls: 3 } } })).toEqual([
    'data data/class-range error',
  ])
})

it('compares classes: an error where the head is kept', () => {
  const other = { ...weights, nc: 80 }
  const of = (change: Partial<Cross>) => codes(change).filter((code) => !code.startsWith('data '))
  expect(of({ data, weights: other })).toEqual(['weights data/class-mismatch warning'])
  expect(of({ data, weights: other, stage: 'finetune' })).toEqual([
    'weights data/class-mismatch error',
  ])
  expect(of({ data, weights: { ...weights, nc: 1 }, stage: 'val', singleClass: true })).toEqual([])
  expect(of({ data, cfg: { file: 'm.yaml', nc: 80 } })).toEqual([
    'cfg data/cfg-classes information',
  ])
})

it('says what a yaml beside weights does, most of all to pruned ones', () => {
  const cfg = { file: 'm.yaml', nc: 3 }
  const of = (change: Partial<Cross>) => codes({ data, ...change }).slice(1)
  expect(of({ weights, cfg })).toEqual(['cfg form/cfg-and-weights information'])
  expect(of({ weights, cfg, pruned: true })).toEqual(['cfg form/unpruned warning'])
  expect(of({ weights })).toEqual([])
})

it('doubts numbers that make no sense', () => {
  const of = (change: Partial<Cross>) => codes({ data, ...change }).slice(1)
  expect(of({ epochs: 5000 })).toEqual(['epochs form/epochs warning'])
  expect(of({ batch: 128 })).toEqual(['batch form/batch warning'])
  expect(of({ imageSize: 100 })).toEqual(['imgsz form/image-size information'])
  expect(of({ imageSize: 4096 })).toEqual(['imgsz form/image-size warning'])
  expect(of({ epochs: 300, batch: -1, imageSize: 640 })).toEqual([])
})

it('knows whose devices are whose', () => {
  const of = (change: Partial<Cross>) => codes({ data, ...change }).slice(1)
  expect(of({ device: 'webgpu' })).toEqual(['device form/device error'])
  expect(of({ device: 'mps', engine: 'builtin' })).toEqual(['device form/device error'])
  expect(of({ device: 'webgpu', engine: 'builtin' })).toEqual([])
  expect(of({ device: '0' })).toEqual([])
  expect(of({ device: 'cuda:0' })).toEqual([])
  expect(of({ device: 'cuda:0', release: 'v5.0' })).toEqual(['device form/device error'])
  expect(of({ device: 'cuda:0', release: 'v5.0', engine: 'builtin' })).toEqual([])
})
