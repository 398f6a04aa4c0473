import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { shellLine } from './shellLine'

const words = [
  ...['a', '', 'my data/x.yaml', "it's", '$HOME', '$(touch x)', '`touch x`', 'model.*', 'a"b'],
  ...['数据', '--x=1', '0,1'],
]

it('is read back by a POSIX shell as it was', () => {
  const script = `printf '%s\\n' ${shellLine(words, 'linux')}`
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n').slice(0, -1)).toEqual(
    words,
  )
})

describe('for Windows', () => {
  it.each([
    ['sparse', 'sparse'],
    ['--sr=0.005', '--sr=0.005'],
    ['C:\\yolov5\\data\\x.yaml', 'C:\\yolov5\\data\\x.yaml'],
    ['C:\\a b\\x.yaml', '"C:\\a b\\x.yaml"'],
    ['C:\\my runs\\', '"C:\\my runs\\\\"'],
    ['', '""'],
    ["it's", '"it\'s"'],
    ['a & b | c', '"a & b | c"'],
    ['数据', '"数据"'],
    // What PowerShell would take for a list, a variable, a parameter with a value.
    ['0,1', '"0,1"'],
    ['@list', '"@list"'],
    ['-x.y', '"-x.y"'],
    ['$env:PATH', '"`$env:PATH"'],
    ['a$(calc)', '"a`$(calc)"'],
    ['a`nb', '"a``nb"'],
    ['“x”', '"`“x`”"'],
    // A quote may not let the rest of the word out in cmd.
    ['a" & calc "', '"a"" & calc """'],
  ])('%s is %s', (word, quoted) => {
    expect(shellLine(['x', word], 'win32')).toBe(`x ${quoted}`)
  })

  it('a program in quotes is called, not told as a text', () => {
    const line = shellLine(['C:\\my tools\\python.exe', '--version'], 'win32')
    expect(line).toBe('& "C:\\my tools\\python.exe" --version')
  })
})
