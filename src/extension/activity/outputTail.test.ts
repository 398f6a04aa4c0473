import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { OutputTail } from './outputTail'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tail-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

it('follows a file from before it exists', async () => {
  const path = join(folder, 'output.log')
  const tail = new OutputTail(path)
  expect(await tail.read()).toEqual([])
  writeFileSync(path, 'a\nb')
  expect(await tail.read()).toEqual(['a'])
  // A character whose bytes arrive apart.
  const bytes = Buffer.from('é\n')
  appendFileSync(path, bytes.subarray(0, 1))
  expect(await tail.read()).toEqual([])
  appendFileSync(path, bytes.subarray(1))
  expect(await tail.read()).toEqual(['bé'])
})

it('gives a line once, however many ask for it at a time', async () => {
  const path = join(folder, 'output.log')
  writeFileSync(path, 'a\nb\n')
  const tail = new OutputTail(path)
  expect(await Promise.all([tail.read(), tail.read()])).toEqual([['a', 'b'], []])
  appendFileSync(path, 'c\n')
  expect(await tail.read()).toEqual(['c'])
})

it('starts near the end of long output', async () => {
  const path = join(folder, 'output.log')
  writeFileSync(path, `${'x'.repeat(99)}\n`.repeat(10_000))
  const lines = await new OutputTail(path).read()
  expect(lines.length).toBeGreaterThan(100)
  expect(lines.length).toBeLessThan(200)
})
