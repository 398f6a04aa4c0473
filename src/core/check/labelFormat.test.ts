import { expect, it } from 'vitest'
import { NEW_STYLE, OLD_STYLE, type Tree } from '../yolov5/testTrees'
import { hasStockLabels } from './labelFormat'
import { plantedClone } from './testing'

const of = async (tree: Tree) => hasStockLabels(await plantedClone(tree))
const reader = (rule: string) => `def verify(l):\n    if len(l):\n        ${rule}\n`

it.each([
  "assert l.shape[1] == 5, '> 5 label columns: %s' % file",
  "assert l.shape[1] == 5, 'labels require 5 columns each'",
  "assert lb.shape[1] == 5, f'labels require 5 columns, {lb.shape[1]} columns detected'",
])('knows the reader of releases by %j', async (rule) => {
  expect(await of({ ...OLD_STYLE, 'utils/datasets.py': reader(rule) })).toBe(true)
  expect(await of({ ...NEW_STYLE, 'utils/dataloaders.py': reader(rule) })).toBe(true)
})

it.each([
  "assert l.shape[1] == 15, 'labels require 15 columns each'",
  '# assert l.shape[1] == 5',
  "assert len(label) == 10, 'labels require 10 columns'",
])('does not take %j for it', async (rule) => {
  expect(await of({ ...OLD_STYLE, 'utils/datasets.py': reader(rule) })).toBe(false)
})

it('looks at the module that train.py takes its loader from', async () => {
  const stock = reader('assert l.shape[1] == 5')
  const from = (module: string) => (OLD_STYLE['train.py'] ?? '').replace('utils.datasets', module)
  const tree = {
    ...OLD_STYLE,
    'utils/datasets.py': stock,
    'utils/face_datasets.py': reader('pass'),
  }
  expect(await of({ ...tree, 'train.py': from('utils.face_datasets') })).toBe(false)
  expect(await of({ ...tree, 'train.py': from('yolov5.utils.datasets') })).toBe(true)
  expect(await of({ ...tree, 'train.py': from('elsewhere') })).toBe(false)
})
