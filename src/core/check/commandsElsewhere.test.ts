import { beforeAll, describe, expect, it } from 'vitest'
import { edited, NEW_STYLE } from '../yolov5/testTrees'
import { checkCell, checkText } from './checkFile'
import type { Clone } from './clone'
import { newSession } from './session'
import { wholeText } from './snippet'
import { at, codes, fixed, plantedClone } from './testing'

let v7: Clone

beforeAll(async () => {
  const files =
    "    parser.add_argument('--batch-size')\n    parser.add_argument('--cfg')\n    parser.add_argument('--data')\n"
  const withFiles = (text: string) =>
    text.replace(/(?= {4}parser\.add_argument\('--project)/, files)
  v7 = await plantedClone(edited(NEW_STYLE, withFiles))
})

const check = (text: string, clone = v7, name = 'run.sh') =>
  checkText(text, at(clone, name), clone).findings
const found = (text: string, clone = v7, name = 'run.sh') => codes(check(text, clone, name))

describe('command lines elsewhere', () => {
  it('finds those of a notebook, and follows its %cd', () => {
    const cells = (...sources: string[]) =>
      JSON.stringify({
        cells: sources.map((source) => ({ cell_type: 'code', source: [source] })),
        metadata: {},
      })
    const of = (...sources: string[]) => codes(check(cells(...sources), v7, 'a.ipynb'))
    expect(of('!python train.py --adam')).toEqual(['command/flag error'])
    expect(of('%run train.py --adam')).toEqual(['command/flag error'])
    expect(of('%%bash\npython test.py')).toEqual(['command/script error'])
    expect(of('%cd /content\n', '!python train.py --adam')).toEqual([])
    expect(of('%cd /content\n', '%cd yolov5', '!python train.py --adam')).toEqual([
      'command/flag error',
    ])
    expect(of('!cd /tmp', '!python train.py --adam')).toEqual(['command/flag error'])
    const use = '!python train.py --cfg models/yolov5n.yaml'
    expect(of(use)).toEqual(['command/stock-file warning'])
    expect(of('%%writefile models/yolov5n.yaml\nnc: 1', use)).toEqual([])
    expect(of("with open('models/yolov5n.yaml', 'w') as f:\n  f.write('')", use)).toEqual([])
    expect(of(use, '!cp a.yaml models/yolov5n.yaml')).toEqual(['command/stock-file warning'])
    expect(of('!{cmd} train.py --adam\n!python {script} --adam')).toEqual([])
  })

  it('finds those in strings of Python, and not in docstrings', () => {
    const text = 'import os\nos.system("python train.py --adam --img 64")\n'
    const [finding] = check(text, v7, 'a.py')
    expect(fixed(text, finding)).toContain('"python train.py --optimizer Adam --img 64"')
    const talk =
      '"""python train.py --adam"""\n# python train.py --adam\nx = "see train.py --adam"\n'
    expect(check(talk, v7, 'a.py')).toEqual([])
  })

  it('leaves a notebook one that can be read', () => {
    const source = [
      'from utils.general import (\n',
      'check_dataset,\n',
      'Segment as "s",\n'.replaceAll('"', ''),
      ')\n',
      'x = "\\t"\n',
      'from utils.general import check_dataset, Segment\n',
    ]
    const text = JSON.stringify({ cells: [{ cell_type: 'code', source }], metadata: {} }, null, 1)
    const findings = check(text, v7, 'a.ipynb')
    expect(codes(findings)).toEqual(['script/name error', 'script/name error'])
    const [first, second] = findings.map((finding) => {
      const { cells } = JSON.parse(fixed(text, finding))
      return cells[0].source.join('')
    })
    expect(first).toContain(
      'from models.yolo import Segment as s\nfrom utils.general import (\ncheck_dataset,\n)',
    )
    expect(second).toContain(
      'from models.yolo import Segment\nfrom utils.general import check_dataset\n',
    )
    // A cell of an editor is a document of its own.
    const whole = wholeText(source.join(''))
    const cell = checkCell(whole, at(v7, 'a.ipynb'), v7, undefined, newSession('a.ipynb'))
    expect(fixed(source.join(''), cell.findings[1])).toContain(second?.split('\n').at(-2) ?? '?')
  })

  it.each([
    'os.system(f"python train.py --img {size} --adam")',
    'os.system("cd yolov5 && python -u train.py --adam")',
    "subprocess.run(f'{sys.executable} train.py --project {a if b else c} --adam', shell=True)",
    'cmd = "pip install x; nohup python train.py --adam &"',
    'os.system("python train.py --project %s --adam" % name)',
  ])('finds those in %s', (line) => {
    expect(codes(check(`import os\n${line}\n`, v7, 'a.py'))).toEqual(['command/flag error'])
  })

  it('finds none in strings that go elsewhere', () => {
    const text =
      'os.system("cd /data && python train.py --adam")\nos.system("echo python train.py --adam")\n'
    expect(check(text, v7, 'a.py')).toEqual([])
  })

  it('finds those in argument lists of Python, and offers only fixes of one word', () => {
    const text =
      "import subprocess, sys\nsubprocess.run([sys.executable, 'test.py', '--data', path], check=True)\n"
    const [finding] = check(text, v7, 'a.py')
    expect(finding?.code).toBe('command/script')
    expect(fixed(text, finding)).toBe(text.replace('test.py', 'val.py'))
    const flags = 'cmd = [\n    "python3",  # here\n    "train.py",\n    "--adam",\n]\n'
    const [flag] = check(flags, v7, 'a.py')
    expect(flag).toMatchObject({
      code: 'command/flag',
      range: { start: { line: 3, character: 5 } },
    })
    expect(flag?.fixes?.some(({ kind }) => kind === 'edit')).toBe(false)
    const others =
      "x = ['python', script, '--adam']\ny = ['train.py', '--adam']\n# ['python', 'test.py']\n"
    expect(check(others, v7, 'a.py')).toEqual([])
  })

  it('goes where the call has them run', () => {
    const list = "subprocess.run(['python', 'train.py', '--adam', str(x)], check=True, cwd="
    const line = 'subprocess.run("python train.py --adam", shell=True, env=dict(a=1), cwd='
    for (const call of [list, line]) {
      const of = (folder: string) => found(`${call}${folder})\n${call}ROOT)\n`, v7, 'a.py')
      expect(of("'../yolov7'")).toEqual(['command/flag error'])
      expect(of('"/content/yolov5"')).toHaveLength(2)
    }
    expect(found(`${list}ROOT)\nrun(x, cwd='/data')\n`, v7, 'a.py')).toHaveLength(1)
  })

  it.each([
    [
      'run.bat',
      '@echo off\r\nREM python test.py\r\n:: python test.py\r\npython train.py ^\r\n  --img 640 ^\r\n  --adam\r\n',
    ],
    ['run.cmd', '@python train.py --weights %W% --adam\n'],
    [
      'run.ps1',
      '<# python test.py #>\n# python test.py\npython train.py `\n  --weights $W `\n  --adam\n',
    ],
    [
      'run.bat',
      'cd /d D:\\work\\yolov5\r\npython .\\train.py --cfg models\\yolov5s.yaml --adam\r\n',
    ],
  ])('reads the command files of Windows: %s', (name, text) => {
    const findings = check(text, v7, name)
    expect(codes(findings)).toEqual(['command/flag error'])
    expect(fixed(text, findings[0])).toBe(text.replace('--adam', '--optimizer Adam'))
  })
})
