import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { asksToResume, finetuneWords, lastValue, resumedWords, without } from './loopWords'

const folder = mkdtempSync(join(tmpdir(), 'loop-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('takes the sparse flags out, with their values, in both spellings', () => {
  const args = ['--st', '--sr', '0.01', '--data', 'a.yaml', '--weights=w.pt', '--img', '640', '320']
  expect(without(args, ['--sr', '--weights'])).toEqual(['--data', 'a.yaml', '--img', '640', '320'])
})

it('knows flags by a beginning, as argparse does', () => {
  const args = ['--wei', 'w.pt', '--proj', 'out', '--nam=a', '--sr', '0.1']
  expect(without(args, ['--weights', '--sr'])).toEqual(['--proj', 'out', '--nam=a'])
  expect(lastValue(args, '--project')).toBe('out')
  expect(lastValue(args, '--name')).toBe('a')
})

it('keeps a flag that follows one whose value was joined by =', () => {
  expect(without(['--sr=auto', '--epochs', '3'], ['--sr'])).toEqual(['--epochs', '3'])
})

it('takes no flag for the value of one that may stand alone', () => {
  expect(without(['--resume', '--data', 'a.yaml'], ['--resume'])).toEqual(['--data', 'a.yaml'])
  expect(without(['--resume', 'exp', '--rect'], ['--resume'])).toEqual(['--rect'])
})

it('the last value of a flag counts', () => {
  expect(lastValue(['--name', 'a', '--name=b', '--rect'], '--name')).toBe('b')
  expect(lastValue(['--data', 'a'], '--name')).toBeUndefined()
})

it.each([
  [
    ['--exist-ok', '--data', 'd.yaml'],
    ['--data', 'd.yaml', '--weights', 'p.pt'],
  ],
  [
    ['--exist_ok', '--rect'],
    ['--rect', '--weights', 'p.pt'],
  ],
  [
    ['--name', 'a', '--exist-ok'],
    ['--exist-ok', '--weights', 'p.pt', '--name', 'a-finetuned'],
  ],
])('a finetuning after %j does not write over the sparse run', (words, finetune) =>
  expect(finetuneWords(words, 'p.pt')).toEqual(finetune),
)

it.each([
  [['--resume'], true],
  [['--data', 'd', '--resume=exp'], true],
  [['--res', 'exp'], true],
  [['--data', 'resume'], false],
])('%j asks to resume: %s', (args, resumes) => expect(asksToResume(args)).toBe(resumes))

it('a loop that goes on has the flags that it began with, and those given now', () => {
  const began = ['sparse', '--data', 'd.yaml', '--percent', '0.3', '--name', 'a', '--detach']
  const words = resumedWords(
    { commandLine: began, cwd: folder },
    ['--resume', 'runs/a', '--device', '1'],
    folder,
  )
  expect(words).toEqual(['--data', 'd.yaml', '--percent', '0.3', '--name', 'a', '--device', '1'])
})

it('its paths start from where it began', () => {
  mkdirSync(join(folder, 'here'))
  writeFileSync(join(folder, 'd.yaml'), '')
  const began = ['sparse', '--data', 'd.yaml', '--hyp=stock.yaml', '--project=out', '--name', 'a']
  expect(
    resumedWords(
      { commandLine: began, cwd: folder },
      ['--project', 'in', '--resume'],
      join(folder, 'here'),
    ),
  ).toEqual([
    ...['--data', join(folder, 'd.yaml'), '--hyp=stock.yaml', `--project=${join(folder, 'out')}`],
    ...['--name', 'a', '--project', 'in'],
  ])
})
