import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { crc32c } from './crc32c'
import { frameRecord, RecordSplitter } from './records'
import { decodeSummaryEvent, encodeFileVersion, encodeSummaryEvent } from './summary'

const folder = resolve(import.meta.dirname, '../../../test/golden/tensorboard')
const values: readonly {
  readonly step: number
  readonly mAP: number
  readonly count: number
  readonly min: number
  readonly max: number
}[] = JSON.parse(readFileSync(join(folder, 'values.json'), 'utf8'))

const ascii = (text: string) => new TextEncoder().encode(text)

it('computes CRC-32C', () => {
  // Check value of the CRC catalogue.
  expect(crc32c(ascii('123456789'))).toBe(0xe3069283)
})

describe.each(['torch', 'second'])('the event file %s', (name) => {
  const bytes = readFileSync(join(folder, `${name}.tfevents`))
  const events = new RecordSplitter().push(bytes).map(decodeSummaryEvent)

  it('gives its scalars', () => {
    const scalars = events.flatMap(({ step, scalars }) => scalars.map((one) => ({ ...one, step })))
    expect(scalars).toEqual(
      values.map(({ step, mAP }) => ({ tag: 'metrics/mAP_0.5', value: mAP, step })),
    )
  })

  it('gives its histograms, whole', () => {
    const histograms = events.flatMap(({ histograms }) => histograms)
    expect(histograms.map(({ tag }) => tag)).toEqual(values.map(() => 'bn_weights/hist'))
    histograms.forEach(({ histogram }, i) => {
      const { count = 0, min = 0, max = 0 } = values[i] ?? {}
      expect(histogram.counts.reduce((a, b) => a + b, 0)).toBe(count)
      expect(histogram.min).toBeCloseTo(min, 6)
      expect(histogram.limits).toHaveLength(histogram.counts.length)
      expect(histogram.limits.at(-1)).toBeGreaterThanOrEqual(max - 1e-6)
    })
  })

  it('gives the same when it comes in pieces', () => {
    const splitter = new RecordSplitter()
    const pieces: unknown[] = []
    for (let at = 0; at < bytes.length; at += 37) {
      pieces.push(...splitter.push(bytes.subarray(at, at + 37)).map(decodeSummaryEvent))
    }
    expect(pieces).toEqual(events)
  })
})

describe('damage', () => {
  const records = ['a', 'bb', 'ccc'].map(ascii)
  const file = Buffer.concat(records.map(frameRecord))

  it('in a record costs that record', () => {
    const damaged = Buffer.from(file)
    damaged[12 + 1 + 4 + 12] = 0x7a
    const left = new RecordSplitter()
      .push(damaged)
      .map((record) => new TextDecoder().decode(record))
    expect(left).toEqual(['a', 'ccc'])
  })

  it('in a length ends the file', () => {
    const damaged = Buffer.from(file)
    damaged[17] = 0x7a
    const splitter = new RecordSplitter()
    expect(splitter.push(damaged)).toHaveLength(1)
    expect(splitter.push(file)).toEqual([])
  })

  it('to a message costs what cannot be read of it, and is no error', () => {
    const event = encodeSummaryEvent({
      ...{ wallTime: 1, step: 7, histograms: [] },
      scalars: [{ tag: 'x', value: 0.5 }],
    })
    for (let length = 0; length < event.length; length++) {
      expect(decodeSummaryEvent(event.subarray(0, length)).scalars.length).toBeLessThan(2)
    }
  })
})

it('reads back what it writes', () => {
  const event = {
    wallTime: 1234.5,
    step: 300,
    scalars: [{ tag: 'metrics/mAP_0.5:0.95', value: 0.25 }],
    histograms: [
      {
        tag: 'gamma/model.0.bn',
        histogram: { min: 0, max: 2, limits: [0.5, 1, 2], counts: [3, 0, 5] },
      },
    ],
  }
  const file = Buffer.concat([encodeFileVersion(1234), encodeSummaryEvent(event)].map(frameRecord))
  const [version, read] = new RecordSplitter().push(file).map(decodeSummaryEvent)
  expect(version?.scalars).toEqual([])
  expect(read).toEqual(event)
})
