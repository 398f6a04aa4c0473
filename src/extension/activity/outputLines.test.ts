import { expect, it } from 'vitest'
import { OutputLines } from './outputLines'

it('cuts lines at any place of the chunks', () => {
  const lines = new OutputLines()
  expect(lines.push('one\ntw')).toEqual(['one'])
  expect(lines.push('o\r\n\n three')).toEqual(['two'])
  expect(lines.push('\n')).toEqual([' three'])
})

it('shows a progress bar once, as it ended, without colours', () => {
  const lines = new OutputLines()
  expect(lines.push('0%|  |\r\u001b[34m50%|█ |')).toEqual([])
  expect(lines.push('\r\u001b[34m100%|██|\u001b[0m\n')).toEqual(['100%|██|'])
})

it('forgets the earlier writings of an unfinished line', () => {
  const lines = new OutputLines()
  for (let n = 0; n < 1000; n++) lines.push(`\r${n}%`)
  expect(JSON.stringify(lines).length).toBeLessThan(100)
})
