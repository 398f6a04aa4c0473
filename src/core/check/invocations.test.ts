import { beforeAll, describe, expect, it } from 'vitest'
import { NEW_STYLE } from '../yolov5/testTrees'
import type { Clone } from './clone'
import { invocations } from './invocations'
import { newSession } from './session'
import { wholeText } from './snippet'
import { plantedClone } from './testing'
import { asPosixShell } from './windowsShell'
import type { Cwd } from './workingFolder'

let clone: Clone

beforeAll(async () => {
  clone = await plantedClone({ ...NEW_STYLE, 'data/mine/x.yaml': '' })
})

const scripts = (text: string, cwd: Cwd = { folder: '' }): readonly string[] =>
  invocations(wholeText(text), clone, cwd).map(
    ({ script, args }) => `${script} ${args.map((word) => word.text).join(' ')}`,
  )

describe('what runs a script', () => {
  it.each([
    'conda run -n yolo --no-capture-output python',
    'conda run -n py python',
    'nice -n 19 python3.10',
    'sudo -E /opt/venv/bin/python',
    'sudo -u me env -u X A=1 python',
    'timeout 10h python -u',
    '/usr/bin/time -v python',
    'stdbuf -oL python',
    'srun --gres gpu:1 python -m torch.distributed.run --nproc_per_node 2',
    'uv run',
    'uv run --with torch python',
    'poetry run python',
    'xvfb-run -a torchrun --standalone',
    '{ python',
    'if ! $PYTHON',
    '"\x24{PY:-python3}"',
    'py',
    'py -3.10',
    'pypy3',
    'cmd /c python',
    'start "" /b /wait python.exe',
    'call python',
    '"$PYTHON%"',
    'nohup ./venv/bin/python -X dev',
    'A=1 B="2 3" nohup',
    'time -p python',
    'command python',
    '!python',
    '! A=1 python',
  ])('%s', (before) => {
    const line = `${before} train.py --adam\n`
    expect(scripts(before.startsWith('{') ? line.replace('\n', '; }\n') : line)).toEqual([
      'train.py --adam',
    ])
  })

  it.each([
    'docker run x python train.py --adam',
    'ssh host python train.py --adam',
    'sudo cp train.py old.py',
    'sudo vim -p train.py',
    'conda create -n py python=3.8',
    '$COPY train.py x',
    'nice pip install x.py',
  ])('none in %s', (line) => {
    expect(scripts(line)).toEqual([])
  })
})

describe('where it runs', () => {
  const run = 'python train.py\n'
  it.each([
    '(cd /data && ls)',
    '(cd /data; (cd x); ls)',
    'pushd /data > /dev/null\npopd',
    'pushd /a; pushd /b; popd; popd',
    'cd /data\ncd -',
    'cd $(dirname "$0")',
    'cd "$(dirname "\x24{BASH_SOURCE[0]}")/.."',
    'cd "\x24{0%/*}"',
    'HERE="$(cd "$(dirname "$0")" && pwd)"\ncd /tmp\ncd "$HERE"',
    'cd "$(git rev-parse --show-toplevel)"',
    'cd `pwd`',
    'cd $HOME/yolov5/',
    'cd {HOME}/yolov5',
    'cd "$YOLOV5_DIR"',
    'cd -P ~/yolov5-7.0',
  ])('the root after %j', (before) => {
    expect(scripts(`${before}\n${run}`)).toEqual(['train.py '])
  })

  it.each(['cd $HOME', 'cd $(mktemp -d)', '(cd x)\ncd /data', 'cd {HOME}/work', 'pushd /data'])(
    'elsewhere after %j',
    (before) => {
      expect(scripts(`${before}\n${run}`)).toEqual([])
    },
  )

  it.each([
    'git clone https://github.com/ultralytics/yolov5 && cd yolov5',
    'git clone -b v7.0 https://github.com/ultralytics/yolov5.git\ncd yolov5',
    'git clone -b mine https://github.com/ultralytics/yolov5\ncd yolov5',
    'git clone https://github.com/x/y\ncd /content/yolov5',
    'git clone https://github.com/x/yolov5 theirs\ncd ~/yolov5',
    'cd /content/yolov5-master',
  ])('this release after %j', (before) => {
    expect(scripts(`${before}\n${run}`, newSession('a.sh'))).toEqual(['train.py '])
  })

  it.each([
    'git clone -b v5.0 https://github.com/ultralytics/yolov5 && cd yolov5',
    'git clone --branch=v6.1 --depth 1 https://github.com/ultralytics/yolov5.git\ncd yolov5',
    'git clone git@github.com:x/yolov5.git\ncd yolov5',
    'git clone https://github.com/x/y yolov5\ncd yolov5',
    'cd yolov5-face',
    'cd ~/yolov5-5.0',
    'cd /content/yolov5-lite',
  ])('another repository or release after %j', (before) => {
    expect(scripts(`${before}\n${run}`, newSession('a.sh'))).toEqual([])
  })

  it('a folder below', () => {
    expect(scripts(`cd "$(dirname "$0")/data"\n(cd mine && ${run.trim()})\n${run}`)).toEqual([
      'data/mine/train.py ',
      'data/train.py ',
    ])
  })

  const windows = (text: string, dialect: 'batch' | 'powershell') =>
    scripts(asPosixShell(text, dialect))

  it.each([
    'cd /d %~dp0',
    'CD /D "%~dp0"',
    'if exist x (cd /d %~dp0)',
    'pushd "%~dp0\\.."',
    'set ROOT=%~dp0\r\ncd /d %ROOT%',
    'cd /d %USERPROFILE%\\yolov5',
    "echo it's",
    'echo (unbalanced',
  ])('the root after %j in a batch file', (before) => {
    expect(windows(`${before}\r\npython train.py\r\n`, 'batch')).toEqual(['train.py '])
  })

  it.each([
    'cd $PSScriptRoot',
    'Set-Location -Path "$PSScriptRoot\\.."',
    'cd (Split-Path -Parent $MyInvocation.MyCommand.Path)',
    'Push-Location C:\\data\nPop-Location',
    '$root = $PSScriptRoot\nsl $root',
  ])('the root after %j in PowerShell', (before) => {
    expect(windows(`${before}\n& python train.py\n`, 'powershell')).toEqual(['train.py '])
  })

  it('what a bracket of Windows does lasts', () => {
    expect(windows('if exist x (\n cd C:\\data\n)\npython train.py\n', 'batch')).toEqual([])
  })
})
