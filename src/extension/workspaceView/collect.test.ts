import { describe, expect, it } from 'vitest'
import type { Detection } from '../../core/yolov5/release'
import type { Preflight } from '../../engines/pytorch/python'
import { commandIds } from '../contributions'
import { collectFacts, type FactNode } from './collect'
import type { WorkspaceFacts } from './facts'

const selected = {
  ...{ root: '/w/yolov5', release: 'v6.2', confidence: 0.93 },
  evidence: ['utils/dataloaders.py exists'],
} as unknown as Detection

const ready: Preflight = {
  python: {
    command: 'python3',
    args: [],
    source: 'path',
    executable: '/usr/bin/python3',
    version: '3.11.2',
  },
  torch: { version: '2.6.0', cuda: '12.4', rocm: null },
  ...{ torchvision: '0.21', packages: {}, missing: [], install: [], problems: [] },
}

const facts: WorkspaceFacts = {
  ...{ checkouts: [selected], selected, hasFolder: true, engine: 'auto' },
  namesPython: false,
  ...{ python: { kind: 'known', value: ready }, gpus: [], busy: new Map() },
  dataSets: { kind: 'known', value: [] },
  checkpoints: { kind: 'known', value: [] },
}

const lines = (changes: Partial<WorkspaceFacts> = {}) => collectFacts({ ...facts, ...changes })
const line = (id: string, changes: Partial<WorkspaceFacts> = {}): FactNode | undefined =>
  lines(changes).find((node) => node.id === id)

describe('collectFacts', () => {
  it('is empty without a folder, where the welcome text speaks', () => {
    expect(lines({ hasFolder: false })).toEqual([])
  })

  it('tells the release with its evidence', () => {
    expect(line('release')).toMatchObject({
      label: 'YOLOv5 v6.2',
      description: 'yolov5 · 93 % sure',
      children: [{ label: 'utils/dataloaders.py exists' }],
      command: { id: commandIds.detect },
    })
    expect(line('release', { checkouts: [selected, selected] })?.command?.id).toBe(
      commandIds.selectCheckout,
    )
    expect(line('release', { selected: undefined })?.command?.id).toBe(commandIds.getYolov5)
  })

  it('tells what would train', () => {
    expect(line('engine')?.description).toBe('PyTorch')
    expect(line('engine', { selected: undefined })?.description).toBe('built-in engine')
    const missing = { ...ready, missing: [{ module: 'cv2', pip: 'opencv-python' }] }
    expect(line('engine', { python: { kind: 'known', value: missing } })?.description).toBe(
      'built-in engine',
    )
    const named = { python: { kind: 'known', value: missing }, namesPython: true } as const
    expect(line('engine', named)?.description).toBe('PyTorch')
    expect(line('engine', { python: { kind: 'looking' } })?.description).toBeUndefined()
    expect(line('engine', { engine: 'builtin' })?.label).toBe('Engine: builtin')
  })

  it('tells Python and torch, and what is wrong with them', () => {
    expect(line('python')).toMatchObject({
      label: 'Python 3.11.2',
      description: '/usr/bin/python3',
    })
    expect(line('torch')?.description).toBe('CUDA 12.4')
    const bad: Preflight = {
      ...ready,
      missing: [{ module: 'yaml', pip: 'PyYAML' }],
      install: ['python3 -m pip install PyYAML'],
      problems: [{ module: 'cv2', text: 'libGL.so.1 is missing' }],
    }
    const python = { kind: 'known', value: bad } as const
    expect(line('missing', { python })).toMatchObject({
      label: 'Missing: PyYAML',
      tooltip: 'python3 -m pip install PyYAML',
      command: { id: commandIds.doctor },
    })
    expect(line('problem/cv2', { python })?.description).toBe('libGL.so.1 is missing')
  })

  it('does not speak of an interpreter that it may not start, and says how to mend one that is not there', () => {
    expect(line('python', { python: { kind: 'untrusted' } })?.command?.id).toBe(
      'workbench.trust.manage',
    )
    const fault = { kind: 'fault', text: 'No Python was found.', remedy: 'Install it.' } as const
    expect(line('python', { python: fault })).toMatchObject({
      description: 'No Python was found.',
      command: { id: commandIds.selectPython },
    })
  })

  it('tells a GPU with its load, memory, temperature and run', () => {
    const gpus = [
      {
        ...{ index: 0, name: 'NVIDIA H200', load: 0.87, temperature: 61 },
        ...{ memoryUsed: 20e9, memoryTotal: 150e9 },
      },
      { index: 1, name: 'GRID' },
    ]
    const busy = new Map([['gpu:0', 'exp3']])
    expect(line('gpu/0', { gpus, busy })).toMatchObject({
      label: 'GPU 0: NVIDIA H200',
      description: '87 % · 20.0 GB of 150 GB · 61 °C · exp3',
    })
    expect(line('gpu/1', { gpus })?.description).toBe('')
  })

  it('tells data sets with images first, and takes one that nobody fetched for no fault', () => {
    const problem = { text: 'no', remedy: 'fetch' }
    const value = [
      { file: '/w/coco.yaml', name: 'data/coco.yaml', classes: 80, problem },
      { file: '/w/bad.yaml', name: 'data/bad.yaml', problem },
      { file: '/w/mine.yaml', name: 'data/mine.yaml', classes: 3, images: 512 },
    ]
    const node = line('data', { dataSets: { kind: 'known', value } })
    expect(node?.description).toBe('1')
    expect(
      node?.children?.map(({ label, description, icon }) => [label, description, icon]),
    ).toEqual([
      ['data/mine.yaml', '512 images · 3 classes', 'database'],
      ['data/bad.yaml', '', 'warning'],
      ['data/coco.yaml', 'no images here · 80 classes', 'circle-outline'],
    ])
    expect(line('data')?.command?.id).toBe(commandIds.newDataSet)
  })

  it('tells checkpoints, and warns of those that are none or import too much', () => {
    const value = [
      { file: '/w/a.pt', name: 'a.pt', bytes: 14.1e6, release: 'v6.2', classes: 80, unsafe: 0 },
      { file: '/w/b.pt', name: 'b.pt', bytes: 9, problem: 'It is torn.' },
      { file: '/w/c.pt', name: 'c.pt', bytes: 9, release: 'v6.0', unsafe: 1 },
      { file: '/w/d.pt', name: 'd.pt', bytes: 9 },
    ]
    const nodes = line('checkpoints', { checkpoints: { kind: 'known', value } })?.children ?? []
    expect(nodes[0]).toMatchObject({
      description: 'v6.2 · 80 classes · 14.1 MB',
      command: { id: commandIds.openCheckpoint, args: ['/w/a.pt'] },
    })
    expect(nodes.map(({ icon }) => icon)).toEqual([
      'file-binary',
      'warning',
      'warning',
      'file-binary',
    ])
    expect(nodes[1]?.tooltip).toContain('It is torn.')
  })

  it('has a line of its own for each thing', () => {
    const ids = lines().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
