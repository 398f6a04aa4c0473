import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { detectCheckout } from '../yolov5/detect'
import { NEW_STYLE, plant } from '../yolov5/testTrees'
import { checkCell, checkText } from './checkFile'
import { type Clone, cloneOf } from './clone'
import { newSession } from './session'
import { wholeText } from './snippet'
import { at, codes, plantedClone } from './testing'

let clone: Clone
beforeAll(async () => {
  clone = await plantedClone({
    ...NEW_STYLE,
    'tools/x.py': '',
    'tools/nested/models/x.py': '',
    'scripts/src/x.py': '',
    'scripts/own/utils/x.py': '',
  })
})

/** Findings of a cell that starts in `folder`, and where it leaves the notebook. */
function lookAt(source: string, folder: string | undefined = undefined) {
  const session = { ...newSession('a.ipynb'), folder }
  const { findings } = checkCell(wholeText(source), at(clone, 'a.ipynb'), clone, undefined, session)
  return { found: codes(findings), folder: session.folder }
}

const shell = (text: string) => codes(checkText(text, at(clone, 'run.sh'), clone).findings)

describe('the commands of a cell', () => {
  const script = ['command/script error']

  it('run where the %cd before them leads, not where a later one does', () => {
    for (const source of ['!python test.py\n%cd ..\n', '%cd yolov5\n!python test.py\n%cd ..']) {
      expect(lookAt(source, '')).toEqual({ found: script, folder: '..' })
      expect(lookAt(`${source}\n%cd ..`, '')).toEqual({ found: script, folder: undefined })
    }
    expect(lookAt('!python test.py\n%cd yolov5\n')).toEqual({ found: [], folder: '' })
    expect(lookAt('%cd tools\n%cd ..\n!python test.py', '').found).toEqual(script)
  })

  it('start in the folder of the notebook where they leave the root', () => {
    const of = (name: string, ...lines: string[]) =>
      codes(
        checkText(
          JSON.stringify({
            cells: [{ cell_type: 'code', source: lines.join('\n') }],
            metadata: {},
          }),
          at(clone, name),
          clone,
        ).findings,
      )
    expect(of('tools/a.ipynb', '%cd ..', '!python test.py')).toEqual(script)
    expect(of('tools/a.ipynb', '!python ../test.py')).toEqual(script)
    expect(of('tools/sub/a.ipynb', '%cd ../..', '!python test.py')).toEqual(script)
    expect(of('tools/a.ipynb', '!cd .. && python test.py', '!python test.py')).toEqual([
      ...script,
      ...script,
    ])
    for (const away of ['%cd ../..', '%cd ..\n%cd ..', '%cd /data\n%cd ..', '%cd ../../other']) {
      expect(of('tools/a.ipynb', away, '!python test.py')).toEqual([])
    }
  })

  it('are found where a script is named from the folder above', () => {
    for (const source of [
      '%cd ..\n!python yolov5/test.py',
      '!python yolov5/test.py',
      '%cd /content\n!python ./yolov5/test.py',
      "import os\nos.chdir('yolov5')\n!python yolov5/test.py",
      "%cd /content\nos.chdir('yolov5')\n!python test.py",
      'lines = !python test.py',
    ]) {
      expect(lookAt(source, '').found).toEqual(script)
    }
    for (const source of [
      '%cd ..\n!python yolov7/test.py',
      "os.chdir('/content/yolov7')\n!python test.py",
      'same = 1 != 2',
      "'''\nos.chdir('yolov5')\n'''\n%cd /data\n!python test.py",
    ]) {
      expect(lookAt(source, '').found).toEqual([])
    }
  })

  it('are another clone’s where they are known to run elsewhere', () => {
    for (const away of ['cd ~/old', 'cd /opt/other', 'cd ../other', 'cd ../..', 'cd tools', 'cd']) {
      for (const [use, name] of [
        ['!', 'a.ipynb'],
        ['', 'run.sh'],
      ] as const) {
        const text = `${use}${away} && python yolov5/test.py\n`
        expect(name === 'run.sh' ? shell(text) : lookAt(text, '').found).toEqual([])
      }
    }
    expect(shell('cd /opt/other\npython yolov5/test.py\n')).toEqual([])
    expect(shell('cd ..\ncd\npython yolov5/test.py\n')).toEqual([])
    expect(shell('cd ..\ncd yolov7\npython yolov5/test.py\n')).toEqual([])
    expect(lookAt('%cd /content/yolov7\n!python yolov5/test.py', '').found).toEqual([])
    expect(lookAt('%cd ..\n%cd ..\n!python yolov5/test.py', '').found).toEqual([])
  })

  it('are the clone’s from the folder that it lies in', () => {
    const above = dirname(clone.detection.root)
    for (const there of ['..', 'tools/../..', '../.', above, '/content/', '/kaggle/working']) {
      expect(shell(`cd ${there}\npython yolov5/test.py\n`)).toEqual(script)
    }
    expect(shell('cd tools && cd ../..\npython yolov5/test.py\n')).toEqual(script)
    expect(shell('cd .. && cd .\npython yolov5/test.py\n')).toEqual(script)
    expect(shell('cd ..\n(cd /data && python yolov5/test.py)\npython yolov5/test.py\n')).toEqual(
      script,
    )
    expect(shell('cd ..\npython test.py\n')).toEqual([])
    expect(shell('cd ..\ncd yolov5\npython test.py\n')).toEqual(script)
    expect(
      codes(
        checkText('cd ../..\npython yolov5/test.py\n', at(clone, 'tools/x.sh'), clone).findings,
      ),
    ).toEqual(script)
  })

  it('may be another clone’s, which lies beside this one or in it', async () => {
    const root = plant({ 'yolov5-6.0/train.py': '', 'mine/yolov5/train.py': '' })
    const detection = await detectCheckout(plant(NEW_STYLE, join(root, 'mine')))
    if (detection === undefined) throw new Error('nothing detected')
    const mine = cloneOf(detection)
    const of = (text: string) => codes(checkText(text, at(mine, 'run.sh'), mine).findings)
    expect(of('cd ../yolov5-6.0\npython test.py\n')).toEqual([])
    expect(of(`python ${root}/yolov5-6.0/test.py\n`)).toEqual([])
    expect(of('python yolov5/test.py\n')).toEqual([])
    expect(of('cd ~/yolov5-7.0 && python test.py\ncd /x\npython mine/test.py\n')).toEqual([
      ...script,
      ...script,
    ])
  })

  it('are not moved by a cd of another’s shell', () => {
    expect(lookAt('!cd yolov5\n!python test.py')).toEqual({ found: [], folder: undefined })
    expect(lookAt('!cd yolov5 && python test.py\n!python test.py')).toEqual({
      found: script,
      folder: undefined,
    })
    expect(lookAt('!cd /data\n!python test.py', '')).toEqual({ found: script, folder: '' })
  })
})

describe('the imports of what puts another repository first', () => {
  const use = 'from utils.datasets import letterbox\n'
  const of = (text: string, name = 'a.py') =>
    codes(checkText(text, at(clone, name), clone).findings)

  it.each([
    "sys.path.insert(0, './yolov7')",
    'sys.path.insert( 0, "/content/yolov7" )',
    "sys.path.insert(0, str('../other'))",
    "sys.path.insert(0, 'tools/nested')",
  ])('are that repository’s after %s', (line) => {
    expect(of(`import sys\n${line}\n${use}from models.experimental import *\nnms_old()\n`)).toEqual(
      [],
    )
    expect(of(`import sys\n${use}${line}\n`)).toEqual(['script/module error'])
  })

  it.each([
    "sys.path.insert(0, '.')",
    "sys.path.insert(0, './')",
    "sys.path.insert(0, '..')",
    "sys.path.insert(0, '/content/yolov5')",
    "sys.path.insert(0, 'yolov5')",
    "sys.path.insert(0, './tools')",
    'sys.path.insert(0, str(ROOT))',
    "sys.path.insert(0, os.path.join(os.getcwd(), 'x'))",
    "# sys.path.insert(0, './yolov7')",
  ])('are the clone’s after %s', (line) => {
    expect(of(`import sys, os\n${line}\n${use}`)).toEqual(['script/module error'])
  })

  it('are looked for from the folder of the file, too', () => {
    const script = (path: string) => of(`sys.path.insert(0, '${path}')\n${use}`, 'scripts/r.py')
    for (const path of [
      'src',
      './src',
      '../tools',
      '..',
      '/content/drive/MyDrive',
      '~/lib',
      'D:/lib',
    ]) {
      expect(script(path)).toEqual(['script/module error'])
    }
    for (const path of ['own', 'away', '../away', '/content/drive/yolov7', '~/yolo-face']) {
      expect(script(path)).toEqual([])
    }
  })

  it('are so in the cells of a notebook that come later', () => {
    const cells = (...sources: string[]) =>
      of(
        JSON.stringify({
          cells: sources.map((source) => ({ cell_type: 'code', source })),
          metadata: {},
        }),
        'a.ipynb',
      )
    expect(cells("import sys\nsys.path.insert(0, './yolov7')", 'x = 1', use)).toEqual([])
    const clones = '!git clone https://github.com/who/face'
    expect(cells(clones, "import sys\nsys.path.insert(0, '/content/face')", use)).toEqual([])
    expect(cells("import sys\nsys.path.insert(0, '/content/face')", use)).toEqual([
      'script/module error',
    ])
    expect(cells(use, "import sys\nsys.path.insert(0, './yolov7')")).toEqual([
      'script/module error',
    ])
  })
})
