import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PruneReport } from '../../src/core/slimming/pruneCheckpoint'
import {
  checkout,
  drawShapes,
  helper,
  isOldStyle,
  pythons,
  releases,
  slimOk,
  snapshot,
  stock,
  temporaryFolder,
} from './support'

const folder = temporaryFolder('prune')
const data = drawShapes(join(folder, 'shapes'), 8, 16)

const modelsOf = (release: string): readonly string[] =>
  [
    'models/yolov5n.yaml',
    'models/yolov5s.yaml',
    'models/yolov5m.yaml',
    'models/hub/yolov5s6.yaml',
  ].filter((cfg) => existsSync(join(checkout(release), cfg)))

type Comparison = {
  readonly difference: number
  readonly scale: number
  readonly removed: number
  readonly parameters: number
}

function prune(weights: string, output: string, ...flags: string[]): PruneReport {
  const args = ['prune', '--weights', weights, '--output', output, '--json', ...flags]
  return JSON.parse(slimOk(args, folder))
}

describe.each(pythons)('with %s', (python) => {
  describe.each(releases)('%s', (release) => {
    let before: string
    beforeAll(() => {
      before = snapshot(release)
    })
    afterAll(() => {
      expect(snapshot(release)).toBe(before)
    })

    it.each(modelsOf(release))('%s: outputs equal those of the masked original', (cfg) => {
      const weights = join(folder, `${release}-${cfg.replace(/\W/g, '-')}.pt`)
      helper(python, release, 'random_checkpoint.py', [checkout(release), cfg, weights])
      for (const [flags, tolerance] of [
        [['--percent', '0.5'], 1e-4],
        [['--percent', '0.7', '--round', '1'], 1e-4],
        [['--percent', '0.6', '--no-absorb'], 1e-5],
      ] as const) {
        const output = weights.replace('.pt', '-pruned.pt')
        const report = prune(weights, output, ...flags)
        const told = helper(python, release, 'compare_pruned.py', [
          weights,
          output,
          ...(flags.includes('--no-absorb' as never) ? ['--no-absorb'] : []),
        ])
        // What a checkout imports may have something to say before.
        const compared: Comparison = JSON.parse(told.trim().split('\n').at(-1) ?? '')
        expect(compared.difference).toBeLessThan(tolerance)
        expect(compared.scale).toBeGreaterThan(1)
        expect(compared.parameters).toBe(report.parameters.after)
        const cut = report.layers.reduce((sum, layer) => sum + layer.before - layer.after, 0)
        expect(compared.removed).toBe(cut)
      }
    })

    it('the pruned checkpoint works in every stock script', () => {
      const weights = join(folder, `${release}-scripts.pt`)
      const output = join(folder, `${release}-scripts-pruned.pt`)
      helper(python, release, 'random_checkpoint.py', [
        checkout(release),
        'models/yolov5s.yaml',
        weights,
      ])
      prune(weights, output, '--percent', '0.5')
      const evaluation = isOldStyle(release) ? 'test.py' : 'val.py'
      const size = isOldStyle(release) ? '--img-size' : '--imgsz'
      const common = [
        '--weights',
        output,
        size,
        '160',
        '--device',
        'cpu',
        '--project',
        folder,
        '--exist-ok',
      ]
      const log = stock(
        python,
        release,
        evaluation,
        [...common, '--data', data, '--name', 'val'],
        folder,
      )
      expect(log).toMatch(/all\s+16/)
      const images = join(folder, 'shapes/images/val')
      stock(
        python,
        release,
        'detect.py',
        [...common, '--source', images, '--name', `${release}-detect`],
        folder,
      )
      expect(readdirSync(join(folder, `${release}-detect`)).length).toBeGreaterThanOrEqual(16)
    })

    it.skipIf(isOldStyle(release))('exports to ONNX that runs', ({ skip }) => {
      const probe = helper(python, release, 'onnx_check.py', ['--probe'])
      if (probe.trim() !== 'ready') skip(`no onnx and onnxruntime in ${python}`)
      const weights = join(folder, `${release}-onnx.pt`)
      const output = join(folder, `${release}-onnx-pruned.pt`)
      helper(python, release, 'random_checkpoint.py', [
        checkout(release),
        'models/yolov5s.yaml',
        weights,
      ])
      prune(weights, output, '--percent', '0.5')
      stock(
        python,
        release,
        'export.py',
        ['--weights', output, '--include', 'onnx', '--imgsz', '160'],
        folder,
      )
      const shapes = helper(python, release, 'onnx_check.py', [output.replace('.pt', '.onnx')])
      expect(JSON.parse(shapes)[0]).toEqual([1, 1575, 8])
    })
  })
})
