import { describe, expect, it } from 'vitest'
import { resumeArguments, retryArguments, scriptWords } from './relaunch'
import { makeRun } from './testing'

const manifest = (stage: 'train' | 'sparse' | 'finetune' | 'prune', ...commandLine: string[]) =>
  makeRun({ name: 'a', stage, changes: { commandLine } }).manifest

describe('resumeArguments', () => {
  it('goes on from the last checkpoint, with the interpreter of before', () => {
    const before = manifest('sparse', 'sparse', '--data', 'd.yaml', '--python', '.venv')
    expect(resumeArguments('/r/a', before)).toEqual({
      stage: 'sparse',
      args: ['--resume', '/r/a/weights/last.pt', '--python', '.venv'],
    })
  })
})

describe('retryArguments', () => {
  it('is the same line, in a folder of its own and watched by nobody', () => {
    const before = manifest(
      'sparse',
      'train_sparsity.py',
      '--st',
      '--exist-ok',
      '--sr',
      '0.1',
      '--detach',
    )
    expect(retryArguments(before)).toEqual({ stage: 'sparse', args: ['--st', '--sr', '0.1'] })
  })

  it('leaves --sr out where the stage was an ordinary training', () => {
    const before = manifest('train', 'train_sparsity.py', '--sr', '0.1', '--data', 'd')
    expect(retryArguments(before).args).toEqual(['--data', 'd'])
  })

  it('begins a loop’s sparse training again, and no later stage of it', () => {
    expect(retryArguments(manifest('sparse', 'loop', '--data', 'd')).stage).toBe('sparse')
    expect(() => retryArguments(manifest('finetune', 'loop'))).toThrow(
      expect.objectContaining({ code: 'retry/part' }),
    )
    expect(() => retryArguments(manifest('prune', 'prune'))).toThrow(
      expect.objectContaining({ code: 'retry/stage' }),
    )
  })
})

describe('scriptWords', () => {
  it.each([
    [['script', 'prune.py'], 'prune.py', []],
    [
      ['script', '--detach', '--checkout', '/y', '--python=p', '--trust-weights', 'a.py', '--st'],
      ...(['a.py', ['--st']] as const),
    ],
    [
      ['script', '--python', '/p', 'a.py', '--python', 'x', '--name', 'a b'],
      ...(['a.py', ['--python', 'x', '--name', 'a b']] as const),
    ],
  ])('of %j', (line, script, words) => {
    expect(scriptWords(manifest('train', ...line))).toEqual({ script, words })
  })
})
