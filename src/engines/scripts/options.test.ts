import { expect, it } from 'vitest'
import { scanFlags } from '../../core/yolov5/argparse'
import { isOn, scriptOptions } from './options'

const flags = scanFlags(`
p.add_argument('--epochs', type=int, default=EPOCHS)
p.add_argument('--batch-size', type=int, default=2 * 8)
p.add_argument('--imgsz', nargs='+', type=int, default=640)
p.add_argument('--name', default='exp')
p.add_argument('--weights', default=None)
`)

it('are the words of the script, else the defaults of its flags', () => {
  const options = scriptOptions(flags, ['--name', 'a', '--name=b', '--epochs', '5'])
  expect(options.text('name')).toBe('b')
  expect(options.number('epochs')).toBe(5)
  expect(options.number('imgsz')).toBe(640)
  expect(options.text('weights')).toBeUndefined()
})

it('are 0 where the script works a number out, which a log can hold', () => {
  const options = scriptOptions(flags, [])
  expect(options.number('epochs')).toBe(0)
  expect(options.number('batch_size')).toBe(0)
  expect(options.number('sr')).toBe(0)
})

it.each([
  ['', [], false],
  ['', ['--st'], true],
  [', default=True', [], true],
  [', default=False', [], false],
] as const)('a switch%s with %j is on: %s', (more, args, on) => {
  const switches = scanFlags(`p.add_argument('--st', action='store_true'${more}, help='sparsity')`)
  expect(isOn(switches, args, 'st')).toBe(on)
  expect(isOn(switches, args, 'other')).toBe(false)
})

it('are those of opt.yaml where a training goes on', () => {
  const saved =
    "epochs: 9\nname: 'old one'\nhyp:\n  sr: 3\nimg_size:\n- 64\n- 64\nsr: 1.0e-05\r\nst: true\n"
  const options = scriptOptions(flags, ['--epochs', '5'], saved)
  expect(options.number('epochs')).toBe(9)
  expect(options.text('name')).toBe('old one')
  expect(options.number('sr')).toBe(1e-5)
  expect(options.text('st')).toBe('true')
  expect(options.number('img_size')).toBe(0)
})
