import { describe, expect, it } from 'vitest'
import { cellParts } from './cell'
import { codeCells } from './notebook'
import { shellCommands } from './shellWords'
import { wholeText } from './snippet'

const words = (text: string) =>
  shellCommands(text).map((command) => command.map((word) => word.text))

describe('shellCommands', () => {
  it('splits at operators and lines, and keeps quotes together', () => {
    expect(words('cd a && python train.py --name "my run" \'x y\'; ls | wc\n')).toEqual([
      ['cd', 'a'],
      ['python', 'train.py', '--name', 'my run', 'x y'],
      ['ls'],
      ['wc'],
    ])
  })

  it('goes on after a backslash, with either line ending', () => {
    expect(words('python train.py \\\n  --img 640 \\\r\n  --batch 8\n')).toEqual([
      ['python', 'train.py', '--img', '640', '--batch', '8'],
    ])
  })

  it('passes over comments, here-documents and redirections', () => {
    expect(
      words('# python a.py\ncat <<EOF > x\npython b.py\nEOF\nls 2>&1 > log.txt # c\n'),
    ).toEqual([['cat'], ['ls']])
  })

  it('knows the ends of here-documents, with whatever signs and quotes', () => {
    for (const [mark, end] of [
      ['<<-"E-F"', 'E-F'],
      ["<< 'END OF'", 'END OF'],
      ['<<\\EOF', 'EOF'],
      ['<<-EOF', '\tEOF'],
    ]) {
      expect(words(`cat ${mark}\npython b.py\n${end}\nls\n`)).toEqual([['cat'], ['ls']])
    }
  })

  it('keeps brackets of subshells, and what stands between braces together', () => {
    expect(words('(cd a && ls)\nx {a + b} \x24{C:-d e} {} --n %s')).toEqual([
      ['('],
      ['cd', 'a'],
      ['ls'],
      [')'],
      ['x', '{a + b}', '\x24{C:-d e}', '{}', '--n', '%s'],
    ])
  })

  it('knows which words are not known yet', () => {
    const [command] = shellCommands('python $S --w {x} --n "a $b" \'$c\' $(ls a b) *.pt')
    expect(command?.map(({ open }) => open)).toEqual([
      false,
      true,
      false,
      true,
      false,
      true,
      false,
      true,
      true,
    ])
  })

  it('says where words stand, and ends with open quotes', () => {
    const [command] = shellCommands("a 'b c' d")
    expect(command?.map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [2, 7],
      [8, 9],
    ])
    expect(words('a "b c\nd')).toEqual([['a', 'b c'], ['d']])
  })
})

describe('cellParts', () => {
  it('takes commands and magics out, and moves nothing', () => {
    const cell = 'import torch\n!python a.py \\\n  --x\n%cd yolov5\n%matplotlib inline\nprint(1)\n'
    const { python, commands } = cellParts(wholeText(cell))
    expect(python?.text.length).toBe(cell.length)
    expect(python?.text.replace(/ +/g, ' ')).toBe('import torch\n \n \n \n \nprint(1)\n')
    expect(commands.map(({ kind, snippet }) => [kind, snippet.text])).toEqual([
      ['shell', 'python a.py \\\n  --x'],
      ['magic', 'cd yolov5'],
    ])
    expect(commands[0]?.snippet.range(0, 6)).toEqual({
      start: { line: 1, character: 1 },
      end: { line: 1, character: 7 },
    })
  })

  it('leaves texts of several lines alone', () => {
    const cell = "usage = '''\n!python train.py --adam\n'''\n!echo it's # '''\n!ls\n"
    const { python, commands } = cellParts(wholeText(cell))
    expect(python?.text.slice(0, 39)).toBe(cell.slice(0, 39))
    expect(commands.map(({ snippet }) => snippet.text)).toEqual(["echo it's # '''", 'ls'])
  })

  it('knows cells of other languages', () => {
    const [command] = cellParts(wholeText('%%bash\nls\n')).commands
    expect(command).toMatchObject({ kind: 'shell', snippet: { text: 'ls\n' } })
    expect(cellParts(wholeText('%%writefile x.yaml\nimport y\n'))).toEqual({ commands: [] })
    expect(cellParts(wholeText('%%time\nimport y\n')).python?.text).toContain('import y')
  })
})

describe('codeCells', () => {
  const notebook = `{
 "cells": [
  {"cell_type": "markdown", "source": ["import no"]},
  {"cell_type": "code", "outputs": [{"data": {"x": [1, -2.5e3, true, null]}}], "source": ["a = \\"x\\"\\n", "import utils\\n"]},
  {"cell_type": "code", "source": "b\\u0041"}
 ],
 "metadata": {"kernelspec": {"language": "python"}}
}`

  it('finds code with its place in the file', () => {
    const cells = codeCells(notebook)
    expect(cells.map(({ text }) => text)).toEqual(['a = "x"\nimport utils\n', 'bA'])
    const [cell] = cells
    const start = cell?.text.indexOf('utils') ?? 0
    const range = cell?.range(start, start + 5)
    const line = notebook.split('\n')[range?.start.line ?? 0]
    expect(line?.slice(range?.start.character, range?.end.character)).toBe('utils')
  })

  it('has nothing to say of other languages, and of what is no notebook', () => {
    expect(codeCells(notebook.replace('"python"', '"R"'))).toEqual([])
    for (const text of ['', '[1', '{"cells": [}', '{"cells": "x"}', `${'['.repeat(5000)}`]) {
      expect(codeCells(text)).toEqual([])
    }
  })
})
