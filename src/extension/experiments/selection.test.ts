import { expect, it } from 'vitest'
import { runDirsOf } from './selection'

const node = (runDir: string) => ({ kind: 'run', run: { runDir }, children: [] })

it.each([
  ['nothing', [], []],
  ['a row', [node('/a')], ['/a']],
  ['a row of a selection', [node('/a'), [node('/b'), node('/a'), node('/b')]], ['/a', '/b']],
  ['a path', ['/a'], ['/a']],
  ['a file of the explorer', [{ scheme: 'file', fsPath: '/a' }], []],
  ['a row of another kind', [{ kind: 'group', label: 'x' }, undefined], []],
])('takes %s', (_, args, dirs) => {
  expect(runDirsOf(args)).toEqual(dirs)
})
