import { describe, expect, it } from 'vitest'
import type { HardwareSample } from '../../src/extension/dashboard/contract'
import { hardwarePoints, hardwareText } from './hardwareData'

const sample = (t: number, cpu: number): HardwareSample => ({ t, cpu, memory: 0, gpus: [] })

describe('hardwarePoints', () => {
  it('counts minutes from the first sample', () => {
    const samples = [sample(60_000, 0.1), sample(62_000, 0.2), sample(72_000, 0.3)]
    const { x, y } = hardwarePoints(samples, ({ cpu }) => cpu)
    expect(x).toEqual([0, 2 / 60, 0.2])
    expect(y).toEqual([0.1, 0.2, 0.3])
  })

  it('leaves a gap where nobody watched, and where a driver does not tell', () => {
    const samples = [sample(0, 0.1), sample(600_000, 0.2)]
    expect(hardwarePoints(samples, ({ cpu }) => cpu)).toEqual({
      x: [0, 5, 10],
      y: [0.1, Number.NaN, 0.2],
    })
    expect(hardwarePoints([sample(0, 0.1)], () => null).y).toEqual([Number.NaN])
  })
})

describe('hardwareText', () => {
  const here = { view: { name: 'a' } }
  const away = { view: { name: 'b', elsewhere: 'gpu7' } }
  const text = (runs: Parameters<typeof hardwareText>[0]['runs'], hardware = [sample(0, 0)]) =>
    hardwareText({ runs, hardware, hardwareNote: 'No GPU.' })

  it('names the machine of a run that goes on on another', () => {
    expect(text([here])).toBe('No GPU.')
    expect(text([here, away])).toBe('b runs on gpu7, not on this machine. No GPU.')
    expect(text([away], [])).toBe('b runs on gpu7, not on this machine.')
    expect(text([here], [])).toMatch(/^This machine is watched/)
  })
})
