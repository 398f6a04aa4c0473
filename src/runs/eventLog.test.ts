import { appendFile, mkdir, mkdtemp, open, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseEvent } from './eventCheck'
import { appendEvent, EventAppender, EventReader, readPassed } from './eventLog'
import type { RunEvent } from './events'

let root: string
let path: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'events-'))
  path = join(root, 'slim', 'events.jsonl')
  await mkdir(join(root, 'slim'))
})
afterEach(async () => rm(root, { recursive: true, force: true }))

const warning = (code: string): string =>
  `${JSON.stringify({ v: 1, t: 1, type: 'warning', code, text: 'é' })}\n`
const codes = (events: readonly RunEvent[]): string[] =>
  events.map((event) => (event.type === 'warning' ? event.code : event.type))

async function all(reader: EventReader): Promise<string[]> {
  const found: string[] = []
  for await (const { events } of reader.readAll()) found.push(...codes(events))
  return found
}

describe('EventReader', () => {
  test('delivers each event once, as the log grows', async () => {
    const reader = new EventReader(path)
    expect(await reader.read()).toEqual({ events: [], reset: false, more: false, passed: [] })
    await appendEvent(path, { type: 'warning', code: 'a', text: '' })
    expect(await all(reader)).toEqual(['a'])
    await appendFile(path, warning('b') + warning('c'))
    expect(await all(reader)).toEqual(['b', 'c'])
    expect(await all(reader)).toEqual([])
  })

  test('says where the lines lie that it passed over', async () => {
    await appendEvent(path, { type: 'warning', code: 'é', text: 'é' })
    const event = await appendEvent(path, { type: 'gamma', epoch: 3, layers: [] })
    const reader = new EventReader(path, ['gamma'])
    const { events, passed } = await reader.read()
    expect(codes(events)).toEqual(['é'])
    expect(passed[0]?.head).toContain('"epoch":3')
    expect(await readPassed(path, passed)).toEqual([event])
  })

  test('a line that arrives in pieces, cut inside a character, is delivered whole', async () => {
    await appendEvent(path, { type: 'stopped' })
    const reader = new EventReader(path)
    await all(reader)
    const bytes = Buffer.from(warning('split'))
    const inside = bytes.indexOf(0xc3) + 1
    await appendFile(path, bytes.subarray(0, inside))
    expect(await all(reader)).toEqual([])
    await appendFile(path, bytes.subarray(inside))
    expect(await all(reader)).toEqual(['split'])
  })

  test('a whole last line without its newline is delivered, and not twice', async () => {
    await appendEvent(path, { type: 'stopped' })
    await appendFile(path, warning('x').trimEnd())
    const reader = new EventReader(path)
    expect(await all(reader)).toEqual(['stopped', 'x'])
    await appendFile(path, `\n${warning('y')}`)
    expect(await all(reader)).toEqual(['y'])
  })

  test('a torn line is skipped, and the next writer closes it', async () => {
    await appendEvent(path, { type: 'stopped' })
    await appendFile(path, warning('torn').slice(0, 20))
    await appendEvent(path, { type: 'warning', code: 'after', text: '' })
    expect(await all(new EventReader(path))).toEqual(['stopped', 'after'])
  })

  test('starts over when the log is cut short or replaced', async () => {
    await appendEvent(path, { type: 'warning', code: 'a', text: 'long enough to be shorter later' })
    const reader = new EventReader(path)
    await all(reader)
    await truncate(path, 0)
    await appendFile(path, warning('b'))
    const batch = await reader.read()
    expect([batch.reset, codes(batch.events)]).toEqual([true, ['b']])
    await writeFile(join(root, 'other'), warning('c') + warning('d'))
    await rename(join(root, 'other'), path)
    const replaced = await reader.read()
    expect([replaced.reset, codes(replaced.events)]).toEqual([true, ['c', 'd']])
    await rm(path)
    expect(await reader.read()).toEqual({ events: [], reset: true, more: false, passed: [] })
  })

  test('reads a large log in bounded pieces', async () => {
    await appendEvent(path, { type: 'stopped' })
    const file = await open(path, 'a')
    const block = warning('w').repeat(20_000)
    for (let i = 0; i < 24; i++) await file.write(block)
    await file.close()
    let batches = 0
    let count = 0
    for await (const { events } of new EventReader(path).readAll()) {
      batches++
      count += events.length
    }
    expect(count).toBe(480_001)
    expect(batches).toBeGreaterThan(20)
  })

  test('passes over the types that it is told to', async () => {
    await appendEvent(path, { type: 'gamma', epoch: 0, layers: [] })
    await appendFile(path, '{"v": 1, "t": 5, "type": "gamma", "epoch": 1, "layers": []}\n')
    await appendEvent(path, { type: 'warning', code: 'w', text: '"type":"gamma"' })
    expect(await all(new EventReader(path))).toEqual(['gamma', 'gamma', 'w'])
    expect(await all(new EventReader(path, ['gamma']))).toEqual(['w'])
  })

  test('a line without end is given up, not collected', async () => {
    await appendEvent(path, { type: 'stopped' })
    const file = await open(path, 'a')
    for (let i = 0; i < 20; i++) await file.write(Buffer.alloc(1 << 20, 0x20))
    await file.write(`\n${warning('after')}`)
    await file.close()
    expect(await all(new EventReader(path))).toEqual(['stopped', 'after'])
  })
})

test('EventAppender keeps the order of calls', async () => {
  const appender = new EventAppender(path)
  const names = Array.from({ length: 50 }, (_, i) => String(i))
  await Promise.all(names.map((code) => appender.append({ type: 'warning', code, text: '' })))
  expect(await all(new EventReader(path))).toEqual(names)
})

describe('parseEvent', () => {
  const base = { v: 1, t: 5 }
  const line = (value: object): string => JSON.stringify({ ...base, ...value })

  test.each([
    ['not json', '{'],
    ['a number', '5'],
    ['another version', JSON.stringify({ v: 2, t: 1, type: 'stopped' })],
    ['an unknown type', line({ type: 'party' })],
    ['a type that is a property of every object', line({ type: 'toString' })],
    ['a missing field', line({ type: 'checkpoint', path: 'x', kind: 'last' })],
    ['a field of another type', line({ type: 'warning', code: 5, text: '' })],
    [
      'quantiles of the wrong length',
      line({
        type: 'gamma',
        epoch: 0,
        layers: [{ name: 'a', histogram: [], nearZero: 0, quantiles: [1] }],
      }),
    ],
  ])('ignores %s', (_, text) => expect(parseEvent(text)).toBeUndefined())

  test('keeps unknown fields and optional ones left out', () => {
    expect(parseEvent(line({ type: 'stopped', mood: 'calm' }))).toEqual({
      ...base,
      type: 'stopped',
      mood: 'calm',
    })
  })

  test("reads Python's NaN and Infinity in losses as NaN", () => {
    const text =
      '{"v":1,"t":5,"type":"progress","epoch":0,"batch":1,"batches":2,"losses":{"box":NaN,"obj": -Infinity,"cls":0.5},"lr":0.1,"memory":0}'
    const event = parseEvent(text)
    expect(event?.type === 'progress' && event.losses).toEqual({
      box: Number.NaN,
      obj: Number.NaN,
      cls: 0.5,
    })
  })
})

test('a log whose folder was deleted is not made anew', async () => {
  await rm(join(root, 'slim'), { recursive: true })
  await expect(new EventAppender(path).append({ type: 'stopped' })).rejects.toMatchObject({
    ...{ code: 'disk/folder-gone', message: expect.stringContaining(path) },
  })
})

// Every write to /dev/full fails as on a full disk.
test.runIf(process.platform === 'linux')('a full disk is told', async () => {
  await expect(appendEvent('/dev/full', { type: 'stopped' })).rejects.toMatchObject({
    ...{ code: 'disk/full', message: expect.stringContaining('/dev/full') },
  })
})
