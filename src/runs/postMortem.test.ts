import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lastLines } from './postMortem'

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'output-'))
})
afterAll(() => rm(scratch, { recursive: true }))

it('tells the last words as text: no colours, and of a progress bar what was left standing', async () => {
  const output = join(scratch, 'output.log')
  const start = String.fromCharCode(0x1b)
  const bar = '0/9\r5/9\r9/9'
  const end = `${start}[34m${start}[1mtrain: ${start}[0mNo labels found`
  await writeFile(output, `${bar}\n${start}[0m\n${end}\n`)
  expect(await lastLines(output)).toBe('9/9\ntrain: No labels found')
  expect(await lastLines(join(scratch, 'absent'))).toBe('')
})
