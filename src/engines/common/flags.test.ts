import { describe, expect, test } from 'vitest'
import type { ScriptFlag } from '../../core/yolov5/release'
import { flagDefault, type OwnFlags, parseFlags, peekOwnFlags, spellFlags } from './flags'

type Shape = Partial<Omit<ScriptFlag, 'names'>>
const flag = (names: string, shape: Shape = {}): ScriptFlag => {
  const list = names.split(' ')
  const dest = (list[0] ?? '').replace(/^-+/, '').replaceAll('-', '_')
  return { names: list, dest, arity: 'one', type: 'string', ...shape }
}
const int: Shape = { type: 'int' }
const bare: Shape = { arity: 'none', type: 'flag' }
const optional: Shape = { arity: 'optional' }

const common: readonly ScriptFlag[] = [
  flag('--weights', { default: "ROOT / 'yolov5s.pt'" }),
  flag('--cfg', { default: "''" }),
  flag('--data'),
  flag('--hyp'),
  flag('--epochs', int),
  flag('--batch-size', int),
  flag('--rect', bare),
  flag('--resume', optional),
  flag('--nosave', bare),
  flag('--image-weights', bare),
  flag('--device'),
  flag('--multi-scale', bare),
  flag('--label-smoothing', { type: 'float' }),
  flag('--name'),
]
const v5: readonly ScriptFlag[] = [
  ...common,
  flag('--img-size', { arity: 'many', type: 'int' }),
  flag('--cache-images', bare),
  flag('--notest', bare),
  flag('--adam', bare),
  flag('--linear-lr', bare),
  flag('--save_period', int),
  flag('--evolve', bare),
]
const size = flag('--imgsz --img --img-size', int)
const v60: readonly ScriptFlag[] = [
  ...common,
  size,
  flag('--noval', bare),
  flag('--cache', optional),
  flag('--adam', bare),
  flag('--linear-lr', bare),
]
const v70: readonly ScriptFlag[] = [
  ...common,
  size,
  flag('--noval', bare),
  flag('--cache', optional),
  flag('--optimizer', { choices: ['SGD', 'Adam', 'AdamW'] }),
  flag('--cos-lr', bare),
  flag('--freeze', { arity: 'many', type: 'int' }),
  flag('--save-period', int),
]

const autobatch = true
function spelled(flags: readonly ScriptFlag[], line: string): string {
  return spellFlags(parseFlags(line.split(' '), { flags, autobatch }).script).join(' ')
}
function own(line: string): OwnFlags {
  return parseFlags(line.split(' '), { flags: v70, autobatch }).own
}
function failure(flags: readonly ScriptFlag[], args: readonly string[], auto = true): unknown {
  try {
    return parseFlags(args, { flags, autobatch: auto })
  } catch (error) {
    return error
  }
}

describe('as argparse', () => {
  test("the tutorials' sparse line", () => {
    const line =
      '--st --sr 0.005 --data data/yours.yaml --cfg models/yolov5s.yaml --weights weights/yolov5s.pt --batch-size 16 --epochs 100 --name yolov5s-sparse'
    expect(own(line)).toEqual({ st: true, sr: 0.005 })
    expect(spelled(v70, line)).toBe(
      '--data data/yours.yaml --cfg models/yolov5s.yaml --weights weights/yolov5s.pt --batch-size 16 --epochs 100 --name yolov5s-sparse',
    )
  })

  test('unique beginnings, =, lists, negative numbers, repeats', () => {
    expect(spelled(v70, '--img 640 --batch 16')).toBe('--imgsz 640 --batch-size 16')
    expect(spelled(v70, '--epochs=5 --freeze 0 1 2 --rect')).toBe(
      '--epochs 5 --freeze 0 1 2 --rect',
    )
    expect(spelled(v70, '--batch-size -1')).toBe('--batch-size -1')
    expect(spelled(v70, '--epochs 5 --epochs 6')).toBe('--epochs 6')
    expect(spelled(v70, '--name=-odd')).toBe('--name=-odd')
    expect(spelled(v70, '--resume --rect')).toBe('--resume --rect')
    expect(spelled(v70, '--resume x/last.pt')).toBe('--resume x/last.pt')
  })

  test('empty weights are a value, and so is text with a space', () => {
    const { script } = parseFlags(['--weights', '', '--name', '-my run'], { flags: v70, autobatch })
    expect(script.get('weights')?.values).toEqual([''])
    expect(script.get('name')?.values).toEqual(['-my run'])
    expect(spellFlags(script)).toEqual(['--weights', '', '--name=-my run'])
  })

  test("the script's own beginnings win over ours", () => {
    expect(failure(v70, ['--re'])).toMatchObject({ code: 'flags/ambiguous' })
    expect(spelled(v70, '--rec')).toBe('--rect')
    expect(own('--reg l1 --sr-s linear --perc 0.7')).toEqual({
      reg: 'l1',
      srSchedule: 'linear',
      percent: 0.7,
    })
  })

  test.each([
    ['flags/unknown', ['--epoch-count', '3']],
    ['flags/unknown', ['-x']],
    ['flags/unexpected', ['stray']],
    ['flags/unexpected', ['--rect', 'yes']],
    ['flags/value', ['--rect=yes']],
    ['flags/value', ['--epochs']],
    ['flags/value', ['--epochs', '--rect']],
    ['flags/value', ['--epochs', '3.5']],
    ['flags/value', ['--label-smoothing', 'much']],
    ['flags/value', ['--optimizer', 'sgd']],
    ['flags/value', ['--sr', '0']],
    ['flags/value', ['--sr', 'lots']],
    ['flags/value', ['--percent', '50']],
    ['flags/value', ['--reg', 'l2']],
    ['flags/value', ['--nnodes', '0']],
    ['flags/value', ['--imgsz', '1', '2', '3']],
    ['flags/ambiguous', ['--n', 'x']],
    ['flags/unsupported', ['--cache', 'x', '--evolve']],
  ])('%s for %j', (code, args) => {
    const flags = code === 'flags/unsupported' ? [...v70, flag('--evolve', bare)] : v70
    expect(failure(flags, args)).toMatchObject({ code })
  })

  test('a wrong value names its flag as it was typed, apart from the sentence', () => {
    expect(failure(v70, ['--img', 'x'])).toMatchObject({ code: 'flags/value', flag: '--img' })
    expect(failure(v70, ['--sr', '0'])).toMatchObject({ code: 'flags/value', flag: '--sr' })
  })

  test('an unknown flag is answered with the nearest, a share with its fraction', () => {
    expect(failure(v70, ['--epoch-s', '3'])).toMatchObject({
      message: expect.stringContaining('--epoch-s'),
      remedy: expect.stringContaining('--epochs'),
    })
    expect(failure(v70, ['--percent', '50'])).toMatchObject({
      remedy: expect.stringContaining('0.5'),
    })
    expect(failure(v70, ['--percent', '1'])).toMatchObject({
      remedy: 'Give a number over 0 and under 1, such as 0.5.',
    })
  })
})

describe('translation', () => {
  test.each([
    // [release, typed, passed on, number of notes]
    ['v5.0', v5, '--imgsz 640', '--img-size 640', 1],
    ['v5.0', v5, '--img 640', '--img-size 640', 1],
    ['v5.0', v5, '--img-size 640 320', '--img-size 640 320', 0],
    ['v6.0', v60, '--img-size 640 640', '--imgsz 640', 1],
    ['v6.0', v60, '--img-size 640 320', '--imgsz 640', 1],
    ['v7.0', v70, '--img-size 640', '--imgsz 640', 0],
    ['v7.0', v70, '--adam', '--optimizer Adam', 1],
    ['v6.0', v60, '--adam', '--adam', 0],
    ['v6.0', v60, '--optimizer Adam', '--adam', 1],
    ['v6.0', v60, '--optimizer SGD', '', 1],
    ['v6.0', v60, '--cos-lr', '', 1],
    ['v6.0', v60, '--linear-lr', '--linear-lr', 0],
    ['v7.0', v70, '--linear-lr', '', 1],
    ['v7.0', v70, '--cos-lr', '--cos-lr', 0],
    ['v5.0', v5, '--noval', '--notest', 1],
    ['v7.0', v70, '--notest', '--noval', 1],
    ['v5.0', v5, '--cache', '--cache-images', 1],
    ['v5.0', v5, '--cache ram', '--cache-images', 1],
    ['v7.0', v70, '--cache-images', '--cache ram', 1],
    ['v5.0', v5, '--save-period 5', '--save_period 5', 0],
  ] as const)('%s: %s', (_, flags, typed, passed, notes) => {
    const parsed = parseFlags(typed.split(' '), { flags, autobatch })
    expect(spellFlags(parsed.script).join(' ')).toBe(passed)
    expect(parsed.notes).toHaveLength(notes)
  })

  test.each([
    ['AdamW on v6.0', v60, ['--optimizer', 'AdamW']],
    ['disk cache on v5.0', v5, ['--cache', 'disk']],
    ['a linear schedule where there is none', common, ['--linear-lr']],
  ] as const)('%s cannot be done', (_, flags, args) => {
    expect(failure(flags, args)).toMatchObject({ code: 'flags/unsupported' })
  })

  test('autobatch where there is none', () => {
    expect(failure(v60, ['--batch-size', '-1'], false)).toMatchObject({ code: 'flags/unsupported' })
  })
})

test('peekOwnFlags reads ours before the release is known, and nothing else', () => {
  const args = [
    '--data',
    'x',
    '--python=/usr/bin/python3',
    '--checkout',
    'yolo',
    '--json',
    '--bogus',
  ]
  expect(peekOwnFlags(args)).toEqual({ python: '/usr/bin/python3', checkout: 'yolo', json: true })
})

test('defaults are read from their source', () => {
  expect(flagDefault(v70, 'weights')).toBe('yolov5s.pt')
  expect(flagDefault(v70, 'cfg')).toBe('')
  expect(flagDefault(v70, 'epochs')).toBeUndefined()
})
