import { expect, it } from 'vitest'
import { releaseWithArgument, renamedArgument } from './argumentHistory'
import { releaseWithFlag } from './flagHistory'
import { releaseWithName, renamedName } from './nameHistory'

it('takes the nearest release of those that have a name', () => {
  expect(releaseWithName('utils.plots', 'plot_one_box', 'v7.0')).toBe('v5.0')
  expect(releaseWithName('utils.plots', 'plot_one_box', 'v3.1')).toBe('v4.0')
  expect(releaseWithName('utils.plots', 'Annotator', 'v6.2')).toBe('v6.2')
  expect(releaseWithName('utils.plots', 'mine', 'v7.0')).toBeUndefined()
  expect(releaseWithName('mine', 'Annotator', 'v7.0')).toBeUndefined()
  expect(releaseWithName('toString', 'toString', 'v7.0')).toBeUndefined()
})

it('knows modules and scripts by both of their names', () => {
  expect(releaseWithName('utils.datasets', 'LoadScreenshots', 'v6.1')).toBe('v7.0')
  expect(releaseWithFlag('models/export.py', '--include', 'v5.0')).toBe('v6.0')
  expect(releaseWithArgument('test', 'test', 'max_det', 'v5.0')).toBe('v7.0')
})

it('knows names that one module alone changed', () => {
  expect(renamedName('test', 'val')).toBe('run')
  expect(renamedName('test', 'train')).toBeUndefined()
  expect(renamedName('scale_coords', 'utils.general')).toBe('scale_boxes')
})

it('knows arguments wherever their function lies', () => {
  expect(releaseWithArgument('utils.datasets', 'letterbox', 'stride', 'v4.0')).toBe('v5.0')
  expect(releaseWithArgument('classify.predict', 'run', 'half', 'v6.2')).toBeUndefined()
  expect(renamedArgument('models.experimental', 'attempt_load', 'device')).toBe('map_location')
  expect(renamedArgument('models.experimental', 'attempt_load', 'fuse')).toBeUndefined()
})
