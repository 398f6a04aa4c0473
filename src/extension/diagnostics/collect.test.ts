import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Detection } from '../../core/yolov5/release'
import { collectFindings, yamlRole } from './collect'

const root = join('/', 'w', 'yolov5')

it.each([
  ['models/yolov5s.yaml', 'model'],
  ['models/hub/yolov5s6.yaml', 'model'],
  ['models/hub/anchors.yaml', undefined],
  ['data/coco128.yaml', 'data'],
  ['data/mine.yml', 'data'],
  ['data/hyp.scratch.yaml', undefined],
  ['data/hyps/hyp.scratch-low.yaml', undefined],
  ['runs/train/exp/opt.yaml', undefined],
  ['models/yolo.py', undefined],
  ['models.yaml', undefined],
])('%s is %s', (path, role) => {
  expect(yamlRole(root, join(root, path))).toBe(role)
})

it('looks only at files of a detected checkout', () => {
  const detection = {
    root,
    release: 'v5.0',
    capabilities: { modules: ['Conv'], yamlActivation: false },
  }
  const detections = [detection as unknown as Detection]
  const text = [
    'nc: 80',
    'depth_multiple: 0.33',
    'width_multiple: 0.50',
    'anchors: 3',
    'backbone:',
    '  [[-1, 1, Conv, [64, 6, 2, 2]],',
    '   [-1, 1, SPPF, [64, 5]]]',
    'head: []',
  ].join('\n')
  const inside = collectFindings(detections, join(root, 'models', 'x.yaml'), text)
  const sppf = inside.find(({ code }) => code === 'model-yaml/unknown-module')
  expect(sppf?.range.start).toEqual({ line: 6, character: 11 })
  expect(sppf?.message).toContain('SPPF')
  expect(collectFindings(detections, join('/', 'w', 'models', 'x.yaml'), text)).toEqual([])
})
