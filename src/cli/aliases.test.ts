import { describe, expect, it } from 'vitest'
import { fixedCommand, stageCommand } from './aliases'

describe('script names', () => {
  it('takes train_sparsity.py --st for sparse training, with its arguments untouched', () => {
    const args = ['--st', '--sr', '0.005', '--epochs', '100']
    for (const name of ['train_sparsity', 'train_sparsity.py']) {
      expect(stageCommand(name, args)).toEqual({ stage: 'sparse', args, notes: [] })
    }
  })

  it('takes it for ordinary training without --st, as those scripts do, and says so', () => {
    const command = stageCommand('train_sparsity.py', ['--sr', '0.005', '--sr=1', '--epochs', '3'])
    expect(command).toMatchObject({ stage: 'train', args: ['--epochs', '3'] })
    expect(command?.notes[0]).toContain('--st')
  })

  it.each([
    ['train.py', 'train'],
    ['finetune_pruned', 'finetune'],
    ['finetune_pruned.py', 'finetune'],
    ['val.py', 'val'],
    ['test.py', 'val'],
  ])('takes %s for %s', (name, stage) => {
    expect(stageCommand(name, ['--x'])).toMatchObject({ stage, args: ['--x'], notes: [] })
  })

  it('leaves other words alone, also those of Object', () => {
    expect(stageCommand('prune.py', [])).toBeUndefined()
    expect(stageCommand('constructor', [])).toBeUndefined()
    expect(fixedCommand('prune.py')).toBe('prune')
    expect(fixedCommand('runs')).toBe('runs')
  })
})
