import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PruneReport } from '../../src/core/slimming/pruneCheckpoint'
import { makeWorkspace, python, type Style } from './support'

type Comparison = {
  readonly difference: number
  readonly scale: number
  readonly removed: number
  readonly parameters: number
}

/** The command line as it is shipped; the suite builds it first. */
function prune(cwd: string, weights: string, output: string, flags: readonly string[]) {
  const args = ['prune', '--weights', weights, '--output', output, '--json', ...flags]
  const program = resolve(import.meta.dirname, '../../dist/cli.cjs')
  return JSON.parse(
    execFileSync(process.execPath, [program, ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  ) as PruneReport
}

/** A script of the other suite, with the stand-in's modules and the runner's remedies for this Python. */
function helper(checkout: string, name: string, args: readonly string[]): string {
  const folder = resolve(import.meta.dirname, '../checkouts')
  const words = [
    join(import.meta.dirname, 'with_remedies.py'),
    checkout,
    join(folder, name),
    ...args,
  ]
  return execFileSync(python, words, {
    cwd: checkout,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

describe.each<Style>(['old', 'new'])('a pruned checkpoint, %s style', (style) => {
  const { root, checkout } = makeWorkspace(style)
  const weights = join(root, 'random.pt')
  helper(checkout, 'random_checkpoint.py', [checkout, 'models/yolov5s.yaml', weights])

  // Absorbing leaves rounding of the constants alone; cutting without it leaves no difference but summing order.
  test.each([
    { name: 'half of the channels', flags: ['--percent', '0.5'], tolerance: 1e-4 },
    { name: 'most of them', flags: ['--percent', '0.7', '--round', '1'], tolerance: 1e-4 },
    { name: 'nothing absorbed', flags: ['--percent', '0.6', '--no-absorb'], tolerance: 1e-5 },
  ])('gives what the masked original gives: $name', ({ flags, tolerance }) => {
    const output = join(root, 'pruned.pt')
    const report = prune(root, weights, output, flags)
    const mode = flags.filter((flag) => flag === '--no-absorb')
    const compared: Comparison = JSON.parse(
      helper(checkout, 'compare_pruned.py', [weights, output, ...mode]),
    )
    expect(compared.difference).toBeLessThan(tolerance)
    // An output that hardly varies would agree whatever was cut.
    expect(compared.scale).toBeGreaterThan(0.5)
    expect(compared.parameters).toBe(report.parameters.after)
    expect(report.parameters.after).toBeLessThan(report.parameters.before)
    const cut = report.layers.reduce((sum, layer) => sum + layer.before - layer.after, 0)
    expect(cut).toBeGreaterThan(0)
    expect(compared.removed).toBe(cut)
  })
})
