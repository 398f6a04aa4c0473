import { expect, it } from 'vitest'
import type { RunManifest } from '../../runs/manifest'
import { restartArguments } from './restart'

const manifest: RunManifest = {
  ...{ v: 1, id: 'a', stage: 'sparse', engine: 'builtin', cwd: '/w', createdAt: 1 },
  commandLine: ['sparse', '--data=d.yaml', '--sr', '0.1', '--exist-ok', '--queue'],
  checkout: { root: '/w/yolov5', release: 'v7.0' },
  provenance: { slimVersion: '0', sha256: {} },
}

it('starts again with what was typed, in the checkout of the run, but for sr', () => {
  expect(restartArguments(manifest, '/w/yolov5', '/w/runs/train/base', 0.02)).toEqual({
    root: '/w/yolov5',
    again: { args: ['--data=d.yaml', '--sr', '0.1'], cwd: '/w' },
    runDir: '/w/runs/train/base',
    values: { sr: '0.02' },
  })
  expect(restartArguments(manifest, '/w', undefined, 0.02)).not.toHaveProperty('runDir')
})

it('says why a part of a demo is not started again', () => {
  const part = { ...manifest, commandLine: ['demo', '--dir', 'x'] }
  expect(() => restartArguments(part, '/w', undefined, 0.02)).toThrow(
    /was a part of "yolov5-slim demo"/,
  )
})

it('takes the words of a script of the workspace, not those before it', () => {
  const commandLine = ['script', '--detach', '--checkout', '/w', 'train_sparsity.py', '--st']
  const script = { ...manifest, engine: 'scripts', commandLine } as const
  expect(restartArguments(script, '/w', undefined, 0.02).again.args).toEqual(['--st'])
})
