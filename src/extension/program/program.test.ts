import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { setChildLanguage } from '../../runs/language'
import { Program } from './program'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-'))
  mkdirSync(join(folder, 'dist'))
  writeFileSync(
    join(folder, 'dist', 'cli.cjs'),
    `console.log(process.argv.slice(2).join(' '), process.env.ELECTRON_RUN_AS_NODE)
     console.error('error[file/missing]: There is no x.')
     console.error('  → Name another.')
     process.exitCode = Number(process.argv[2])`,
  )
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

it('hands over every line of a command', async () => {
  const lines: string[] = []
  await new Program(folder, '1').run(['0', 'a b'], folder, (line) => lines.push(line))
  expect(lines.sort()).toEqual([
    '  → Name another.',
    '0 a b 1',
    'error[file/missing]: There is no x.',
  ])
})

it('throws the error that the command printed', async () => {
  const program = new Program(folder, '1')
  await expect(program.run(['2'], folder, () => undefined)).rejects.toMatchObject({
    code: 'file/missing',
    remedy: 'Name another.',
  })
  await expect(program.run(['1'], folder, () => undefined, [0, 1])).resolves.toBeUndefined()
})

it('reads what a command prints as JSON', async () => {
  const script = join(folder, 'dist', 'cli.cjs')
  writeFileSync(script, `console.log(JSON.stringify(process.argv.slice(2)))`)
  await expect(new Program(folder, '1').json(['a', 'ü'], folder)).resolves.toEqual(['a', 'ü'])
  writeFileSync(
    script,
    `console.error('error[checkpoint/corrupt]: It is damaged.'); process.exit(2)`,
  )
  await expect(new Program(folder, '1').json([], folder)).rejects.toMatchObject({
    code: 'checkpoint/corrupt',
  })
  writeFileSync(script, `console.log('{')`)
  await expect(new Program(folder, '1').json([], folder)).rejects.toMatchObject({
    code: 'program/failed',
  })
})

it('lets the program speak the editor’s language', async () => {
  setChildLanguage('zh-cn')
  writeFileSync(
    join(folder, 'dist', 'cli.cjs'),
    'console.log(JSON.stringify(process.env.YOLOV5_SLIM_LANGUAGE))',
  )
  expect(await new Program(folder, '1').json([], folder)).toBe('zh-cn')
})
