import picomatch from 'picomatch'
import { describe, expect, it } from 'vitest'
import type { Detection } from '../../core/yolov5/release'
import {
  checkoutFor,
  checkoutOf,
  chooseCheckout,
  collectCheckoutItems,
  collectReleaseStatus,
  deviceText,
  telling,
  uniqueCheckouts,
} from './collect'

const detection = (root: string, release: Detection['release'] = 'v6.2') =>
  ({
    root,
    release,
    confidence: 0.934,
    evidence: ['utils/dataloaders.py exists; segment/train.py does not'],
  }) as unknown as Detection

const a = detection('/w/a')
const b = detection('/w/b', 'v5.0')

describe('telling', () => {
  it.each([
    'train_sparsity.py',
    'models/yolo.py',
    'models/common.py',
    'models/attention.py',
    'models/attention/__init__.py',
    'models/blocks/swin/block.py',
    'utils/general.py',
    'segment/train.py',
  ])('has %s', (path) => expect(picomatch.isMatch(path, telling)).toBe(true))

  it.each(['models/yolov5s.yaml', 'tools/models.py', 'runs/train/exp/a.py'])('has not %s', (path) =>
    expect(picomatch.isMatch(path, telling)).toBe(false),
  )
})

describe('collectReleaseStatus', () => {
  it('shows nothing without a checkout', () => {
    expect(collectReleaseStatus([], undefined)).toBeUndefined()
  })

  it('shows the release and its evidence', () => {
    const status = collectReleaseStatus([a], a)
    expect(status?.text).toBe('$(layers) YOLOv5 v6.2')
    expect(status?.tooltip).toContain('93 % sure')
    expect(status?.tooltip).toContain('- utils/dataloaders.py exists; segment/train.py does not')
    expect(status?.tooltip).not.toContain('checkouts in this workspace')
  })

  it('names the device', () => {
    const status = collectReleaseStatus([a], a, 'H200')
    expect([status?.text, status?.label]).toEqual([
      '$(layers) YOLOv5 v6.2 · H200',
      'YOLOv5 release v6.2 detected, H200',
    ])
  })

  it('says when there is a choice, and escapes Markdown in names', () => {
    const odd = detection('/w/my_[yolo]')
    const status = collectReleaseStatus([odd, b], odd)
    expect(status?.tooltip).toContain('2 checkouts in this workspace')
    expect(status?.tooltip).toContain('/w/my\\_\\[yolo\\]')
  })
})

it.each([
  [[], 'linux', 'x64', 'CPU'],
  [[], 'darwin', 'arm64', 'Apple GPU'],
  [[{ name: 'NVIDIA GeForce RTX 4090' }], 'linux', 'x64', 'RTX 4090'],
  [[{ name: 'NVIDIA H200' }, { name: 'NVIDIA H200' }], 'linux', 'x64', 'H200 (+1)'],
] as const)('names the device of %j', (gpus, platform, arch, text) => {
  expect(deviceText(gpus, platform, arch)).toBe(text)
})

it('marks the chosen checkout in the list', () => {
  expect(collectCheckoutItems([a, b], b).map(({ label }) => label)).toEqual(['a', '$(check) b'])
})

describe('chooseCheckout', () => {
  it('prefers the remembered one, then the first', () => {
    expect(chooseCheckout([a, b], '/w/b')).toBe(b)
    expect(chooseCheckout([a, b], '/gone')).toBe(a)
    expect(chooseCheckout([], '/w/a')).toBeUndefined()
  })
})

describe('checkoutOf', () => {
  it('finds the innermost checkout of a file', () => {
    const inner = detection('/w/a/third/yolov5')
    expect(checkoutOf([a, inner], '/w/a/third/yolov5/models/x.yaml')).toBe(inner)
    expect(checkoutOf([a, inner], '/w/a/models/x.yaml')).toBe(a)
    expect(checkoutOf([a, inner], '/w/ab/models/x.yaml')).toBeUndefined()
  })

  it('stands before the selected one, which judges files outside of all', () => {
    const other = detection('/w/b')
    const known = { all: [a, other], selected: other }
    expect(checkoutFor('/w/a/weights/last.pt', known)).toBe(a)
    expect(checkoutFor('/w/last.pt', known)).toBe(other)
    expect(checkoutFor('/w/last.pt', { all: [], selected: undefined })).toBeUndefined()
  })
})

it('drops repeated checkouts', () => {
  expect(uniqueCheckouts([a, b, detection('/w/a')])).toHaveLength(2)
})
