import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { shellLine } from './shellLine'

const words = ['a', '', 'my data/x.yaml', "it's", '$HOME', 'model.*', 'a"b', '数据', '--x=1', '0,1']

it('is read back by a POSIX shell as it was', () => {
  const script = `printf '%s\\n' ${shellLine(words, 'linux')}`
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n').slice(0, -1)).toEqual(
    words,
  )
})

it('quotes for Windows with double quotes', () => {
  expect(shellLine(['sparse', 'C:\\a b\\x.yaml', '', '0,1'], 'win32')).toBe(
    'sparse "C:\\a b\\x.yaml" "" "0,1"',
  )
})
