import { describe, expect, it } from 'vitest'
import { isAlias, isSeq } from 'yaml'
import { hasOwnLines, linesOf, parseYamlText, resolved, topLevel } from './yamlText'

const faults = (text: string) =>
  parseYamlText(text).errors.map(({ range: { start } }) => [start.line, start.character])
const value = (text: string): unknown => {
  const { errors, document } = parseYamlText(text)
  return errors.length > 0 ? errors : document.toJS()
}

describe('aliases', () => {
  it.each([
    ['val: *x\n', [[0, 5]]],
    ['names: [*a, b]\n', [[0, 8]]],
    ['backbone:\n  - [-1, 1, Conv, [*c, 3, 2]]\n', [[1, 19]]],
    ['a: *x\nb: &x 1\n', [[0, 3]]],
    ['a: &x [*x]\n', [[0, 7]]],
  ])('without an anchor are errors: %j', (text, where) => expect(faults(text)).toEqual(where))

  it('that stand for too much are an error', () => {
    const levels = 'bcdefghi'.split('').map((name, at) => {
      const before = String.fromCharCode('a'.charCodeAt(0) + at)
      return `${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]\n`
    })
    expect(faults(`a: &a [x, x, x]\n${levels.join('')}`)).toHaveLength(1)
  })

  it('and merges of what is no mapping are an error', () => {
    expect(faults('a: &x 1\nb:\n  <<: *x\n')).toHaveLength(1)
  })

  it('resolve', () => {
    const yaml = parseYamlText('a: &x [1]\nb: *x\n')
    const node = topLevel(yaml).get('b')?.value
    expect(yaml.errors).toEqual([])
    expect([isAlias(node), isSeq(resolved(yaml, node))]).toEqual([true, true])
    expect(resolved(yaml, null)).toBeNull()
  })
})

// Each is what PyYAML 6 makes of the text.
describe('merge keys', () => {
  const merged = (text: string): unknown => {
    const yaml = parseYamlText(text)
    const pairs = [...topLevel(yaml)].map(([key, { value }]) => [key, value?.toJS(yaml.document)])
    return yaml.errors.length > 0 ? yaml.errors : Object.fromEntries(pairs)
  }

  it.each<[string, unknown]>([
    ['<<: {nc: 2, names: [a]}\nnames: [b]\n', { nc: 2, names: ['b'] }],
    ['nc: 1\n<<: {nc: 2}\n', { nc: 1 }],
    ['b: &b {nc: 2}\n<<: *b\n', { b: { nc: 2 }, nc: 2 }],
    ['<<: [{nc: 1}, {nc: 2, train: x}]\n', { nc: 1, train: 'x' }],
    ['<<: {<<: {nc: 1, val: y}, nc: 2}\n', { nc: 2, val: 'y' }],
    ['"<<": 1\n', { '<<': 1 }],
  ])('stand for what they merge: %j', (text, wanted) => expect(merged(text)).toEqual(wanted))

  it('that merge themselves are errors, and come to an end', () => {
    const yaml = parseYamlText('<<: &b {<<: *b}\n')
    expect(yaml.errors).toHaveLength(1)
    expect(topLevel(yaml).size).toBe(0)
  })

  it('put no lines of their own into the file', () => {
    const yaml = parseYamlText('<<: {path: x}\ntrain: >-\n  a\n  b\n\nval: c\n')
    const own = [...topLevel(yaml)].filter(([, entry]) => hasOwnLines(yaml, entry))
    expect(own.map(([key, entry]) => [key, linesOf(yaml, entry).end.line])).toEqual([
      ['train', 4],
      ['val', 6],
    ])
  })
})

// Each is what PyYAML 6 makes of the text.
describe('flow collections', () => {
  it.each<[string, unknown]>([
    ["names: ['a',\n'b']\nnc: 2\n", { names: ['a', 'b'], nc: 2 }],
    ["names: [\r\n'a'\r\n]\r\nnc: 1\r\n", { names: ['a'], nc: 1 }],
    ['names: {0: cat, # the first\n1: dog}\n', { names: { 0: 'cat', 1: 'dog' } }],
    ['a: [it\'s, b # ]\n]\nb: ["][",\nc]\n', { a: ["it's", 'b'], b: ['][', 'c'] }],
    ['b: [\n[-1, 1, Conv, [64]],\n# more\n[-1, 1, Conv, [64]],\n]\n', { b: [rowOf(), rowOf()] }],
  ])('go on in any column: %j', (text, wanted) => expect(value(text)).toEqual(wanted))

  it.each([
    'names: [a, b\nnc: 2\n',
    'x: {a\n: 1}\n',
    'x: [a,\n---\nb]\n',
    'x: [\n- a\n]\n',
    'x: [a # c\nb]\n',
    '[a,\nb]: 1\nc: [\n]\n',
  ])('are refused as PyYAML refuses them: %j', (text) => expect(faults(text)).not.toEqual([]))

  it('keep their places', () => {
    const yaml = parseYamlText("names: [\n'a',\n'b']\nnc: 2\n")
    const names = topLevel(yaml).get('names')?.value
    expect(yaml.range(isSeq(names) ? names.items[1] : undefined)).toEqual({
      start: { line: 2, character: 0 },
      end: { line: 2, character: 3 },
    })
    expect(yaml.range(topLevel(yaml).get('nc')?.key).start).toEqual({ line: 3, character: 0 })
  })
})

function rowOf(): unknown {
  return [-1, 1, 'Conv', [64]]
}

describe('one mistake', () => {
  it('is one error, however much of the file it spoils', () => {
    expect(faults('a: 1\n b: 2\nc: [1, 2]\nd: [[3], {e: 4}]\n')).toHaveLength(1)
  })

  it('may be a colon without a space, and is shown there', () => {
    expect(faults('a: 1\nnc:80\nb: 2\nc: [1, 2]\n')).toEqual([[1, 2]])
    expect(faults('http://x\na: 1\n')).toEqual([[0, 0]])
    expect(faults('a: b:c\nb: |\n  d:e\n')).toEqual([])
  })

  it('is not blamed on colons of other lines, blocks and quotes', () => {
    expect(faults('download: |\n  url:http\nnc: [2\n')).toEqual([[3, 0]])
    expect(faults('download: |\n  url:http\nb\nc: 1\n')).toEqual([[2, 0]])
    expect(faults('a: "\n  b:c\n d"\ne\nf: 1\n')).toEqual([[3, 0]])
    expect(faults('a: b\n  c:d\ne: 1\nnc: [2\n')).toEqual([[4, 0]])
    expect(faults('a: |\n  x:y\nnc:80\nb: 2\n')).toEqual([[2, 2]])
    expect(faults('nc:80\r\n\r\n# c：d\r\nb: 2\r\n')).toEqual([[0, 2]])
    expect(faults('nc:80\nnames:[a]\n\nb: 2\n')).toEqual([[0, 2]])
  })

  it('may be a full-width colon, and is shown there', () => {
    expect(faults('a: 1\nnc：80\nb: 2\nc: [1, 2]\n')).toEqual([[1, 2]])
    expect(faults('a: 1\nnames：[x]\n')).toEqual([[1, 5]])
    expect(faults('a: [1\nb: 2\nc: |\n  d：e\n')).toEqual([[1, 0]])
    expect(faults('a: 1\nb: x：y\n# c：d\n')).toEqual([])
  })
})

describe('tabs', () => {
  it.each([
    ['nc:\t2\n', [[0, 3]]],
    ['lr0: 0.01\t# comment\n', [[0, 9]]],
    ['lr0: 0.01 \t# comment\n', [[0, 10]]],
    ['names: [a, b]\t\n', [[0, 13]]],
    ['names: [a,\tb]\n', [[0, 10]]],
    ['names: [a,\n\tb]\n', [[1, 0]]],
    ['a: 1\n\t\nb: 2\n', [[1, 0]]],
    ['a: 1\n\t# c\n', [[1, 0]]],
    ['a: b\tc\n', [[0, 4]]],
    ["a: 'b'\t# x\n", [[0, 6]]],
    ['a\t: 1\n', [[0, 1]]],
    ['-\ta\n', [[0, 1]]],
    ['a: |\t\n  x\n', [[0, 4]]],
  ])('are no spaces: %j', (text, where) => expect(faults(text)).toEqual(where))

  it.each(['a:\n\tb: 1\n', '\ta: 1\n', 'download: |\n\techo\n', 'a: |\n  x\n\t\n  y\n'])(
    'indent nothing: %j',
    (text) => expect(faults(text)).not.toEqual([]),
  )

  it.each([
    "a: 'b\tc'\n",
    'a: "b\n \tc"\n',
    'a: 1 # x\ty\n',
    '#\tx\na: 1\n',
    'a: |\n  x\ty\n  \t\n  y\nb: 1\n',
  ])('are text in quotes, comments and blocks: %j', (text) => expect(faults(text)).toEqual([]))
})
