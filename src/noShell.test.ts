import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** What starts programs with a list of arguments, and the types that go with it. */
const harmless = [
  'ChildProcess',
  'ChildProcessByStdio',
  'execFile',
  'execFileSync',
  'spawn',
  'spawnSync',
]
const terminals = /\b(?:createTerminal|sendText|ShellExecution|executeTask)\b|\bnew Function\b/
const named = /\b(?:spawn|execFile)\w*\(\s*['"](?:\/bin\/)?(?:sh|bash|zsh|cmd(?:\.exe)?)['"]/
const python = /\bos\.(?:system|popen)\b|\bshell\s*=\s*(?!False\b)|\bsubprocess\.get\w*output\b/

/** What of a TypeScript source hands a line of text to a shell. */
function typescriptFaults(text: string): string[] {
  const imports = /import\s*(?:type\s*)?\{([^}]*)\}\s*from\s*'(?:node:)?child_process'/g
  const taken = [...text.matchAll(imports)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.replace(/\btype\b/, '').trim()),
  )
  const starts = /child_process/.test(text)
  return [
    ...taken.filter((name) => name !== '' && !harmless.includes(name)),
    ...(starts && taken.length === 0 ? ['child_process as a whole'] : []),
    ...(starts ? (text.match(/\bshell:(?!\s*false\b).*/g) ?? []) : []),
    ...(text.match(terminals) ?? []),
    ...(text.match(named) ?? []),
  ]
}

const pythonFaults = (text: string): string[] => text.match(python) ?? []

function sources(ending: string): string[] {
  return ['src', 'webview'].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter(({ name }) => name.endsWith(ending) && !/\.test\.ts$|^test_/.test(name))
      .map(({ parentPath, name }) => join(parentPath, name)),
  )
}

describe('no shell is started', () => {
  it.each([
    ['.ts', typescriptFaults],
    ['.py', pythonFaults],
  ])('by any %s', (ending, faultsIn) => {
    const files = sources(ending)
    expect(files.length).toBeGreaterThan(10)
    const found = files.map((file) => [relative(root, file), faultsIn(readFileSync(file, 'utf8'))])
    expect(found.filter(([, faults]) => faults?.length)).toEqual([])
  })

  it.each([
    "import { exec } from 'node:child_process'",
    "import * as processes from 'node:child_process'",
    "import { spawn } from 'node:child_process'\nspawn(a, b, { shell: windows })",
    "spawn('bash', ['-c', text])",
    'window.createTerminal().sendText(text)',
  ])('and the search would find %j', (text) => {
    expect(typescriptFaults(text)).not.toEqual([])
  })

  it.each(['os.system(text)', 'subprocess.run(text, shell=True)'])('nor miss %s', (text) => {
    expect(pythonFaults(text)).not.toEqual([])
  })
})
