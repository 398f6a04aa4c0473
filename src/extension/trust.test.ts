import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CommandName, needsTrust } from './contributions'

const folder = import.meta.dirname

/** What starts a process that may be, or may load, something of the workspace. */
const starters = [
  ...['findPython', 'preflight', 'readinessOf', 'readPython', 'prepareStage', 'startTensorBoard'],
  ...['startRun', 'startSubmitted', 'handOver', 'adoptQueued', 'adoptAbandoned', 'launchStage'],
]

/** Who asks before each file that has one: files with `workspace.isTrusted`, or commands that need trust. */
const asks: Readonly<Record<string, readonly (CommandName | `${string}.ts`)[]>> = {
  'diagnostics/checks.ts': ['diagnostics/checks.ts'],
  'experiments/exportRuns.ts': ['export'],
  'experiments/startRuns.ts': ['resume', 'retry'],
  'form/forms.ts': ['form/forms.ts'],
  'form/launch.ts': ['form/forms.ts'],
  'form/readiness.ts': [
    ...(['form/forms.ts', 'setup/choices.ts', 'setup/setupKeys.ts'] as const),
    'diagnostics/checks.ts',
  ],
  'runs/workspaceRuns.ts': ['runs/workspaceRuns.ts'],
  'setup/choices.ts': ['setup/choices.ts', 'selectPython'],
  'setup/git.ts': ['getYolov5'],
  'setup/interpreters.ts': ['selectPython'],
  'setup/setupKeys.ts': ['setup/setupKeys.ts'],
  'tensorboard/tensorBoards.ts': ['openTensorBoard'],
  'workspaceView/probes.ts': ['workspaceView/workspaceTree.ts'],
  'workspaceView/workspaceTree.ts': ['workspaceView/workspaceTree.ts'],
  // The program of the extension itself, which reads files as data; what makes it do more are commands with trust.
  'program/program.ts': [
    'preview/previewHost.ts',
    'prune',
    'runScript',
    'retry',
    'doctor',
    'runAll',
  ],
}

const read = (file: string): string => readFileSync(join(folder, file), 'utf8')

function startsSomething(text: string): boolean {
  const imports = [
    ...text.matchAll(/import\s*(?!type\b)\{([^}]*)\}\s*from/g),
    ...text.matchAll(/const\s*\{([^}]*)\}\s*=\s*await import\(/g),
  ]
  const names = imports.flatMap(([, list = '']) => list.split(',').map((name) => name.trim()))
  return text.includes('child_process') || names.some((name) => starters.includes(name))
}

describe('without trust nothing of the workspace is executed', () => {
  it('every file that starts a process says who asks', () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(({ name }) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    const starting = files.filter((file) => startsSomething(read(file)))
    expect(starting.sort()).toEqual(Object.keys(asks).sort())
  })

  it('every command is registered with the trust of this workspace', () => {
    expect(read('extension.ts')).toContain('isTrusted: () => workspace.isTrusted,')
  })

  it.each(Object.entries(asks))('%s', (_, guards) => {
    for (const guard of guards) {
      if (guard.endsWith('.ts')) expect(read(guard), guard).toContain('workspace.isTrusted')
      else expect(needsTrust(guard as CommandName), guard).toBe(true)
    }
  })
})
