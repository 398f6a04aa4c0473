import { describe, expect, it } from 'vitest'
import type { Detection } from '../../core/yolov5/release'
import type { RunManifest } from '../../runs/manifest'
import { rootOfRun } from './rootOfRun'

const here = import.meta.dirname
const detection = (root: string) => ({ root }) as Detection
const run = (root: string, runDir = '/w/yolov5-v7/runs/train/a') => ({
  runDir,
  manifest: { cwd: '/gone', checkout: { root, release: 'v7.0' } } as RunManifest,
})

describe('rootOfRun', () => {
  const inner = detection('/w/yolov5-v7')
  const other = detection('/w/other')

  it('is the checkout of the run while that is there', () => {
    expect(rootOfRun(run(here), { all: [inner], selected: other })).toBe(here)
  })

  it('is the checkout that the run lies in where its own was renamed', () => {
    expect(rootOfRun(run('/w/yolov5'), { all: [other, inner], selected: other })).toBe(inner.root)
  })

  it('is the selected checkout for a run that lies elsewhere', () => {
    const copied = run('/home/them/yolov5', '/w/copied/runs/train/a')
    expect(rootOfRun(copied, { all: [other, inner], selected: other })).toBe(other.root)
    expect(rootOfRun(copied, { all: [], selected: undefined })).toBe('/home/them/yolov5')
  })
})
