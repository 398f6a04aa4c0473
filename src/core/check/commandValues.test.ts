import { beforeAll, describe, expect, it } from 'vitest'
import { edited, NEW_STYLE, OLD_STYLE, type Tree } from '../yolov5/testTrees'
import { checkText } from './checkFile'
import type { Clone } from './clone'
import { at, fixed, plantedClone } from './testing'

let v5: Clone
let v7: Clone
let odd: Clone

/** A tree whose train.py has more flags. */
const withFlags = (tree: Tree, lines: readonly string[]): Tree =>
  edited(tree, (text) =>
    text.replace(
      /(?= {4}parser\.add_argument\('--project)/,
      lines.map((line) => `    parser.add_argument(${line})\n`).join(''),
    ),
  )

beforeAll(async () => {
  const off = "'--evolve', action='store_true'"
  const images = "'--cache-images', action='store_true'"
  v5 = await plantedClone(withFlags(OLD_STYLE, [off, images]))
  v7 = await plantedClone(withFlags(NEW_STYLE, ["'--evolve', nargs='?', const=300"]))
  odd = await plantedClone(withFlags(NEW_STYLE, ["'folder'"]))
})

const check = (text: string, clone = v7, name = 'run.sh') =>
  checkText(text, at(clone, name), clone).findings

describe('words that are left over', () => {
  it.each([
    ['--img-size 640 640', '--img-size 640', true],
    ['--imgsz 640 320 --quad', '--imgsz 640 --quad', false],
    ['--quad true --seed 1', '--quad --seed 1', true],
    ['--quad False --seed 1', ' --seed 1', true],
    ['--quad 3', '--quad', false],
    ['--evolve 300 5', '--evolve 300', false],
    ['--seed=1 1', '--seed=1', false],
  ])('%s', (args, becomes, safe) => {
    const text = `python train.py ${args}\n`
    const [finding, ...more] = check(text)
    expect(finding).toMatchObject({ code: 'command/flag', severity: 'error' })
    expect(finding?.message).toContain('left over')
    expect(more).toEqual([])
    expect(fixed(text, finding)).toBe(`python train.py ${becomes}\n`)
    expect(finding?.fixes?.[0]).toMatchObject(safe ? { safe: true } : { kind: 'edit' })
    expect(finding?.fixes?.[0] && 'safe' in finding.fixes[0]).toBe(safe)
  })

  it('are said to follow the flag that was meant', () => {
    const message = (text: string, clone: Clone) => check(text, clone)[0]?.message
    expect(message('python train.py --cache ram\n', v5)).toContain('after --cache-images')
    expect(message('python train.py --img-size 640 640\n', v7)).toContain('after --img-size')
  })

  it.each(['--evolve 300', '--cache ram', '--quad=true', 'quick --quad', '--quad \\\n true'])(
    'of v5.0: %s',
    (args) => {
      expect(check(`python train.py ${args}\n`, v5)).toHaveLength(1)
    },
  )

  it.each([
    '--img-size 640 640 --evolve --adam',
    '--img-size=640 640',
    '--weights $W --quad $ARGS true',
    '--quad "$@" 3',
    '--quad *.yaml x',
    '--label-smoothing -0.1 --quad [--adam]',
    '--quad ...',
    '--quad > log.txt 2>&1 &',
    '--quad # true',
    '-x 3',
    '-- a b',
  ])('none of v5.0 in %s', (args) => {
    expect(check(`python train.py ${args}\n`, v5)).toEqual([])
  })

  it('after a flag that the script lacks may be its value', () => {
    expect(check('python train.py --freeze 3 4\n')).toHaveLength(1)
  })

  it('none where the script takes words of its own', () => {
    expect(check('python train.py runs --quad x\n', odd)).toEqual([])
  })

  it.each([
    ['run.bat', 'python train.py --quad %*\r\npython train.py --quad !ARGS! x\r\n'],
    ['run.ps1', 'python train.py --quad @args\n'],
    ['a.py', 'print("python train.py --quad to begin with")\n'],
    ['a.py', "run(['python', 'train.py', '--quad', size, '640'])\n"],
    ['a.py', 'os.system("python train.py --quad %s %s" % (a, b))\n'],
  ])('none in %s: %s', (name, text) => {
    expect(check(text, v5, name)).toEqual([])
  })

  it.each([
    ['a.py', 'os.system("python train.py --quad true")\n'],
    ['a.py', "run(['python', 'train.py', '--quad', 'true'])\n"],
    ['run.bat', 'python train.py --quad true & pause\r\n'],
  ])('in %s: %s', (name, text) => {
    expect(check(text, v5, name)).toHaveLength(1)
  })
})
