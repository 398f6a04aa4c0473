import { describe, expect, it } from 'vitest'
import { bracketed, codeOnly, derivedClasses, fromImports, parameters, stringValue } from './python'

describe('codeOnly', () => {
  it('blanks comments and docstrings in place, and keeps strings', () => {
    const source = `a = '#no'  # yes\n"""doc\n# x"""\nb = "it's"`
    const code = codeOnly(source)
    expect(code).toHaveLength(source.length)
    expect(code).toContain("a = '#no'")
    expect(code).not.toContain('yes')
    expect(code).not.toContain('doc')
    expect(code).toContain(`b = "it's"`)
    expect(code.split('\n')).toHaveLength(source.split('\n').length)
  })
})

describe('bracketed', () => {
  it('splits at the commas of its own level only', () => {
    expect(bracketed(`f(a, [b, c], 'd, )', {e: (1, 2)},) + g(h)`, 1)).toEqual([
      'a',
      '[b, c]',
      "'d, )'",
      '{e: (1, 2)}',
    ])
  })

  it('ends an unclosed bracket with the text', () => {
    expect(bracketed('f(a, b', 1)).toEqual(['a', 'b'])
  })
})

describe('parameters', () => {
  it('drops self, defaults and annotations, over several lines', () => {
    const code = codeOnly(`def train(hyp,  # path, or dict
          opt: dict = {'a': 1},
          *args,
          **kwargs):
    pass`)
    expect(parameters(code, 'train')).toEqual(['hyp', 'opt', '*args', '**kwargs'])
    expect(parameters('class A:\n    def on_end(self, x=1):', 'on_end')).toEqual(['x'])
    expect(parameters(code, 'absent')).toBeUndefined()
  })
})

describe('derivedClasses', () => {
  it('wants a base class', () => {
    expect(derivedClasses('class A(B):\nclass C:\nclass D():\n  class E(B):\n')).toEqual(['A'])
  })
})

describe('fromImports', () => {
  it('follows parentheses, continuations and aliases', () => {
    const code = 'from a.b import (C,\n  D as E)\nfrom .f import g, \\\n  h\nfrom x import *\n'
    expect(fromImports(code)).toEqual([
      { module: 'a.b', names: ['C', 'E'] },
      { module: '.f', names: ['g', 'h'] },
      { module: 'x', names: ['*'] },
    ])
  })
})

describe('stringValue', () => {
  it('joins literals, and refuses anything computed', () => {
    expect(stringValue(`'a' "b"`)).toBe('ab')
    expect(stringValue(`r'a'`)).toBe('a')
    expect(stringValue(`ROOT / 'a'`)).toBeUndefined()
    expect(stringValue('a')).toBeUndefined()
  })
})
