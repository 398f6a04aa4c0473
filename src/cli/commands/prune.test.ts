import { join } from 'node:path'
import { expect, it } from 'vitest'
import { nextCommand } from './prune'

const here = (name: string) => join(process.cwd(), name)

it('the next command is one that a shell reads back', () => {
  const line = nextCommand(here("it's $new.pt"), { name: 'a b', data: 'd$.yaml' }, undefined)
  const quote = process.platform === 'win32' ? '"' : "'"
  expect(line).toContain(`--name ${quote}a b${quote}`)
  if (process.platform !== 'win32') {
    expect(line).toContain(`--weights 'it'\\''s $new.pt' --data 'd$.yaml'`)
  }
})

it('the data set of the run that the checkpoint comes from is named as one would type it here', () => {
  expect(nextCommand(here('p.pt'), {}, here('d.yaml'))).toBe(
    'yolov5-slim finetune --weights p.pt --data d.yaml --epochs 100',
  )
})
