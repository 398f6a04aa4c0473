import { describe, expect, it } from 'vitest'
import { epochLine, eventLines, lossText, nearZeroShare, startedLines } from './runLines'
import { epoch, gamma, started } from './testing'

describe('the lines of a run', () => {
  it('starts with the device, the versions, the size of the job and what sparsity does', () => {
    expect(startedLines(started)).toEqual([
      'cuda:0 NVIDIA H200  python 3.11.2  torch 2.6.0  cuda 12.4',
      '60 epochs, batch 16, 640 px, 48 prunable channels in 2 layers',
      'sparsity: prox, sr 0.005, linear',
      'It fits.',
      'compatibility: numpy-aliases',
    ])
  })

  it('leaves out of an evaluation what it has not', () => {
    const { sparsity: _, shims: __, ...rest } = started
    const lines = startedLines({ ...rest, epochs: 0, batchSize: 0, imageSize: 0, layers: [] })
    expect(lines).toHaveLength(1)
  })

  it('gives an epoch one line', () => {
    expect(epochLine(epoch, nearZeroShare(gamma))).toBe(
      'epoch  2/60  box 0.0512 obj 0.0131 cls 0.0042  P 0.910 R –  mAP50 0.930 mAP50_95 0.620  lr 0.0098  sr 0.005  near zero 12.5 %  4 s',
    )
  })

  it('says nothing of sr outside sparse training', () => {
    expect(epochLine({ ...epoch, sr: 0 }, undefined)).not.toMatch(/sr|near zero/)
    expect(epochLine({ ...epoch, lr: null }, undefined)).not.toMatch(/lr/)
    expect(eventLines({ ...epoch, amends: true }, undefined)).toEqual([])
  })

  it('shows a loss that is no number, and knows the names of every release', () => {
    expect(lossText({ 'train/box_loss': Number.NaN, obj: 1 })).toBe('box NaN obj 1.0000')
  })

  it('has no near-zero share without gammas', () => {
    expect(nearZeroShare({ ...gamma, layers: [] })).toBeUndefined()
    expect(eventLines(gamma, undefined)).toEqual([])
  })
})
