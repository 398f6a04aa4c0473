import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PlannerRequest, RunnerSparsity } from '../../src/engines/pytorch/contract'
import type { RunEvent } from '../../src/runs/events'
import { inspectCheckpoint, makeWorkspace, ofType, run, type Style } from './support'

const strength = (sr: number, more: Partial<RunnerSparsity> = {}): RunnerSparsity => ({
  reg: 'prox',
  sr,
  schedule: 'constant',
  percent: 0.5,
  ...more,
})

/** Median over the layers of the median abs(gamma) at the end. */
function medianGamma(events: readonly RunEvent[]): number {
  const layers = ofType(events, 'gamma').at(-1)?.layers ?? []
  const medians = layers.map(({ quantiles }) => quantiles[2]).sort((a, b) => a - b)
  return medians[Math.floor(medians.length / 2)] ?? Number.NaN
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

describe.each<Style>(['old', 'new'])('sparse training, %s style', (style) => {
  test('moves the gammas by the predicted amount, l1 and prox alike', async () => {
    const workspace = makeWorkspace(style)
    const request = join(workspace.root, 'request.json')
    const epochs = 12
    const sr = 0.3
    const plain = await run(workspace, { style, name: 'plain', epochs })
    const prox = await run(workspace, {
      style,
      name: 'prox',
      epochs,
      stage: 'sparse',
      sparsity: strength(sr),
      env: { SLIM_TEST_REQUEST: request, SLIM_TEST_KEEP: 'model.0.bn' },
    })
    expect(prox.status, prox.log).toBe(0)
    const asked = JSON.parse(readFileSync(request, 'utf8')) as PlannerRequest
    expect(asked.sparsity).toEqual(strength(sr))
    expect(asked.schedule).toMatchObject({ epochs, startEpoch: 0, momentum: 0.9, optimizer: 'SGD' })
    expect(asked.schedule.lr).toHaveLength(epochs)
    expect(asked.model.children.model?.children['0']?.className).toBe('models.common.Conv')

    // What the planner can foresee from the schedule is what the optimizer's steps then add up to.
    const foreseen = sr * (asked.schedule.drive ?? []).reduce((a, b) => a + b, 0)
    const summary = ofType(prox.events, 'finished')[0]?.summary
    expect(summary?.shrinkBudget).toBeCloseTo(foreseen, 1)
    expect(foreseen).toBeGreaterThan(0.3)
    const moved = medianGamma(plain.events) - medianGamma(prox.events)
    expect(moved / foreseen).toBeGreaterThan(0.8)
    expect(moved / foreseen).toBeLessThan(1.2)

    // Only the planner's layers are penalised.
    const gammas = inspectCheckpoint(workspace, join(prox.runDir, 'weights', 'last.pt')).gammas
    expect(median(gammas['model.0.bn'] ?? [])).toBeGreaterThan(0.9)
    expect(ofType(prox.events, 'started')[0]?.layers.map(({ name }) => name)).not.toContain(
      'model.0.bn',
    )
    expect(ofType(prox.events, 'epoch').every((event) => event.sr === sr)).toBe(true)

    const l1 = await run(workspace, {
      style,
      name: 'l1',
      epochs,
      stage: 'sparse',
      sparsity: strength(sr, { reg: 'l1' }),
    })
    expect(l1.status, l1.log).toBe(0)
    // The momentum of the last steps has not arrived yet, so l1 trails prox a little.
    const movedByL1 = medianGamma(plain.events) - medianGamma(l1.events)
    expect(movedByL1 / foreseen).toBeGreaterThan(0.5)
    expect(movedByL1 / foreseen).toBeLessThan(1.2)
  })

  test('a strong prox leaves exact zeros in the checkpoint, and a linear schedule falls', async () => {
    const workspace = makeWorkspace(style)
    const { status, events, log, runDir } = await run(workspace, {
      style,
      name: 'strong',
      epochs: 4,
      stage: 'sparse',
      sparsity: strength(20, { schedule: 'linear' }),
    })
    expect(status, log).toBe(0)
    const strengths = ofType(events, 'epoch').map(({ sr }) => sr)
    for (const [epoch, sr] of [20, 14, 8, 2].entries()) expect(strengths[epoch]).toBeCloseTo(sr, 9)
    const gammas = inspectCheckpoint(workspace, join(runDir, 'weights', 'last.pt')).gammas
    const all = Object.values(gammas).flat()
    expect(all.filter((gamma) => gamma === 0).length / all.length).toBeGreaterThan(0.5)
    expect(ofType(events, 'started')[0]?.sparsity).toMatchObject({
      reg: 'prox',
      sr: 20,
      schedule: 'linear',
      explanation: 'as the test asked',
    })
  })
})
