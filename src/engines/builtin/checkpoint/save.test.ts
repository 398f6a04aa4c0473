import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../../../core/checkpoint/checkpoint'
import type { PyDict } from '../../../core/checkpoint/values'
import { fromStateDict } from '../model/layout'
import { newAverage } from '../training/ema'
import { newOptimizer } from '../training/optimizer'
import { editModel } from './edit'
import { openModelFile } from './open'
import { readOptimizer } from './optimizerState'
import { saveFinal, saveProgress } from './save'

const folder = join(import.meta.dirname, '../../../../test/golden/network')
const scratch = mkdtempSync(join(tmpdir(), 'save-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const random = (): number => 0.5
const groups = { lr: 0.01, biasLr: 0.02, initialLr: 0.01, momentum: 0.937, weightDecay: 5e-4 }

describe.each(['v5.0', 'v6.0', 'v6.1', 'v6.2', 'v7.0', 'pruned'])('%s', (name) => {
  const open = openModelFile(join(folder, `${name}.pt`))
  const weights = fromStateDict(open.layout, open.tensors)

  it('is resumed from what was saved', () => {
    const file = join(scratch, `${name}-last.pt`)
    const parameters = weights.parameters.map((value, i) => value + (i % 7) * 1e-4)
    for (const optimizerName of ['SGD', 'Adam'] as const) {
      const optimizer = newOptimizer(optimizerName, parameters.length)
      optimizer.steps = optimizerName === 'SGD' ? 1 : 41
      optimizer.first.forEach((_, i) => {
        optimizer.first[i] = (i % 11) * 1e-3
      })
      optimizer.second?.fill(0.25)
      const size = saveProgress(
        open,
        {
          ...{ epoch: 4, bestFitness: 0.25, groups, optimizer, hyp: { lr0: 0.01 }, opt: {} },
          ...{ parameters, statistics: weights.statistics },
          average: { ...newAverage(weights.parameters, weights.statistics), updates: 17 },
        },
        file,
      )
      const checkpoint = openCheckpoint(file)
      const root = checkpoint.root as PyDict
      expect(checkpoint.size).toBe(size)
      expect(root.get('epoch')).toBe(4)
      expect(root.get('updates')).toBe(17)
      const saved = openModelFile(file)
      expect(fromStateDict(saved.layout, saved.tensors)).toEqual(weights)
      const { release, tree, layout } = saved
      const state = root.get('optimizer')
      expect(readOptimizer(release, tree, layout, optimizerName, checkpoint, state)).toEqual(
        optimizer,
      )
      checkpoint.close()
    }
  })

  it('ends as a stripped FP16 checkpoint of the same release and shapes', () => {
    const file = join(scratch, `${name}-final.pt`)
    saveFinal(open, weights, { hyp: {}, opt: {} }, file)
    const saved = openModelFile(file)
    expect(saved.release).toBe(open.release)
    const values = fromStateDict(saved.layout, saved.tensors)
    values.parameters.forEach((value, i) => {
      const before = weights.parameters[i] ?? Number.NaN
      if (Math.abs(value - before) > Math.abs(before) / 2048 + 3e-8) expect(value).toBe(before)
    })
  })
})

it('takes other classes and anchors, and keeps every other weight', () => {
  const open = openModelFile(join(folder, 'pruned.pt'))
  const anchors = open.head.anchors.map((level) => level.map(([w, h]) => [w * 2, h + 1] as const))
  const edited = editModel(open, { names: ['a', 'b', 'c', 'd'], anchors, random })
  expect(edited.names).toEqual(['a', 'b', 'c', 'd'])
  expect(edited.head).toEqual({ ...open.head, nc: 4, anchors })
  for (const { name, shape } of edited.layout.parameters) {
    const before = open.tensors.get(name)
    if (name.startsWith('model.24.m.')) expect(shape[0]).toBe(27)
    else expect(edited.tensors.get(name)).toEqual(before)
  }
  const same = editModel(open, { names: ['x', 'y', 'z'], random })
  expect(same.tensors).toEqual(open.tensors)
})
