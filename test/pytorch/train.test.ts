import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RecordSplitter } from '../../src/core/tensorboard/records'
import { decodeSummaryEvent, type SummaryEvent } from '../../src/core/tensorboard/summary'
import { summaryOf } from '../../src/runs/summaries'
import {
  fingerprint,
  inspectCheckpoint,
  makeWorkspace,
  ofType,
  run,
  type Style,
  styles,
} from './support'

describe.each<Style>(['old', 'new'])('plain training, %s style', (style) => {
  test('runs the untouched train.py, then val, and says what happened', async () => {
    const workspace = makeWorkspace(style)
    const before = fingerprint(workspace.checkout)
    const { status, events, log, runDir } = await run(workspace, { style, name: 'plain' })
    expect(status, log).toBe(0)
    expect(fingerprint(workspace.checkout)).toEqual(before)

    const [started] = ofType(events, 'started')
    expect(events[0]?.type).toBe('started')
    expect(started).toMatchObject({ engine: 'pytorch', devices: ['cpu'], epochs: 2, batchSize: 8 })
    expect(started?.imageSize).toBe(64)
    expect(started?.versions.torch).toMatch(/^\d+\.\d+/)
    expect(started?.shims).toContain('tensorboard-stub')
    expect(started?.layers.length).toBeGreaterThan(15)
    expect(started?.sparsity).toBeUndefined()

    const epochs = ofType(events, 'epoch')
    expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1])
    for (const { train, val, mAP50, sr, lr, seconds } of epochs) {
      expect(Object.keys(train)).toEqual(['box', 'obj', 'cls'])
      expect(Object.keys(val)).toEqual(['box', 'obj', 'cls'])
      expect(mAP50).toBeTypeOf('number')
      expect(sr).toBe(0)
      expect(lr).toBeGreaterThan(0)
      expect(lr).toBeLessThanOrEqual(0.01)
      expect(seconds).toBeGreaterThan(0)
    }
    const gammas = ofType(events, 'gamma')
    expect(gammas.map(({ epoch }) => epoch)).toEqual([0, 1])
    for (const layer of gammas[1]?.layers ?? []) {
      const channels = started?.layers.find(({ name }) => name === layer.name)?.channels
      expect(layer.histogram.reduce((a, b) => a + b, 0)).toBe(channels)
    }
    expect(summariesIn(join(runDir, 'slim'))).toEqual(
      [...events].flatMap((event) => summaryOf(event) ?? []).map(asFloat32),
    )
    const progress = ofType(events, 'progress')
    expect(progress.length).toBeGreaterThan(0)
    expect(progress[0]).toMatchObject({ epoch: 0, batch: 0, batches: 3, memory: 0 })

    const kinds = new Set(ofType(events, 'checkpoint').map(({ kind }) => kind))
    expect(kinds).toEqual(new Set(['last', 'best']))
    expect(events.at(-1)).toMatchObject({ type: 'finished', summary: { epochs: 2 } })
    expect(existsSync(join(runDir, styles[style].results))).toBe(true)
    const last = join(runDir, 'weights', 'last.pt')
    expect(inspectCheckpoint(workspace, last)).toMatchObject({ epoch: -1, finite: true })

    const val = await run(workspace, { style, name: 'val', stage: 'val', weights: last })
    expect(val.status, val.log).toBe(0)
    expect(val.events.map(({ type }) => type)).toEqual(['started', 'finished'])
    expect(ofType(val.events, 'started')[0]?.devices).toEqual(['cpu'])
    const summary = ofType(val.events, 'finished')[0]?.summary
    const trained = epochs.at(-1)
    expect(summary?.mAP50).toBeCloseTo(trained?.mAP50 ?? Number.NaN, 2)
    expect(summary?.mAP50_95).toBeTypeOf('number')
    expect(fingerprint(workspace.checkout)).toEqual(before)
  })
})

/** What TensorBoard would show of a run: the runner's own writer is held to what `summaryOf` says of its events. */
function summariesIn(folder: string): unknown[] {
  const [name = ''] = readdirSync(folder).filter((file) => file.includes('tfevents'))
  const [, ...records] = new RecordSplitter().push(readFileSync(join(folder, name)))
  return records.map((record) => asFloat32(decodeSummaryEvent(record)))
}

/** Scalars are stored in single precision; the times of an event and of its copy differ by a moment. */
function asFloat32({ step, scalars, histograms }: SummaryEvent): unknown {
  const rounded = scalars.map(({ tag, value }) => ({ tag, value: Math.fround(value) }))
  return { step, scalars: rounded, histograms }
}
