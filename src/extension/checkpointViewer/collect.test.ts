import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as v from 'valibot'
import { afterAll, describe, expect, it } from 'vitest'
import { checkpointView } from '../../cli/checkpointView'
import { openCheckpoint } from '../../core/checkpoint/checkpoint'
import { golden } from '../../core/checkpoint/testing'
import { asSlimError } from '../../core/errors'
import type { CheckpointView } from '../../core/slimming/checkpointView'
import { viewSchema } from '../preview/viewSchema'
import { collectContent, collectFailure, collectNotices } from './collect'

/** The view as it arrives: printed by the program, and checked. */
function viewOf(file: string): CheckpointView {
  const checkpoint = openCheckpoint(file)
  try {
    return v.parse(viewSchema, JSON.parse(JSON.stringify(checkpointView(checkpoint))))
  } finally {
    checkpoint.close()
  }
}

const workspace = (release: 'v5.0' | 'v6.1' | 'v7.0') => ({ release, root: '/home/me/yolov5' })

describe('a trained checkpoint', () => {
  const view = viewOf(resolve('media/sample/baseline.pt'))
  const content = collectContent('/x/baseline.pt', view, workspace('v7.0'), undefined)

  it('is told with its classes, size and training', () => {
    const facts = new Map(content.facts.map(({ label, value }) => [label, value]))
    expect(facts.get('Made by')).toMatch(/^YOLOv5 v/)
    expect(facts.get('Classes')).toMatch(/^3: /)
    expect(facts.get('Parameters')).toBe('1.77 M')
    expect(facts.get('Training')).toBe('finished, stripped')
  })

  it('has the rest of many classes, and what the release is known by, to be opened', () => {
    const names = Array.from({ length: 80 }, (_, i) => `class${i}`)
    const many = collectContent('/x/a.pt', { ...view, names, classCount: 80 }, undefined, undefined)
    const factsOf = ({ facts }: typeof content) => new Map(facts.map((one) => [one.label, one]))
    expect(factsOf(many).get('Classes')?.value).toMatch(/^80: class0, .*class11, …$/)
    expect(factsOf(many).get('Classes')?.more).toBe(names.join(', '))
    expect(factsOf(content).get('Classes')).not.toHaveProperty('more')
    expect(factsOf(content).get('Made by')?.more).toBe(view.evidence.join('\n'))
  })

  it('has its layers with ties and gammas', () => {
    expect(content.layers.length).toBeGreaterThan(50)
    expect(content.layers.some(({ tie }) => tie !== '')).toBe(true)
    expect(content.layers.every(({ gamma }) => gamma !== '')).toBe(true)
  })
})

describe('the release of the workspace', () => {
  const old = viewOf(golden('v6.2.pt'))
  it.each([
    ['v6.1', 'warning', 'checkpoint/other-release'],
    ['v7.0', 'info', undefined],
  ] as const)('%s: %s', (release, level, code) => {
    const [notice] = collectNotices(old, workspace(release))
    expect(notice).toMatchObject({ level })
    expect(notice?.code).toBe(code)
  })

  it('is not spoken of where there is none', () => {
    expect(collectNotices(old, undefined)).toEqual([])
  })
})

it.each([
  ['fused.pt', 'checkpoint/fused'],
  ['state-dict.pt', 'checkpoint/state-dict'],
])('%s says why it can not be pruned', (name, code) => {
  const view = viewOf(golden(name))
  expect(view.network).toBeNull()
  expect(collectNotices(view, undefined)).toEqual([
    expect.objectContaining({ level: 'warning', code }),
  ])
})

it('names what loading would import', () => {
  const view = { ...viewOf(golden('v6.0.pt')), unsafeGlobals: ['os.system', 'builtins.eval'] }
  expect(collectNotices(view, undefined)[0]).toMatchObject({
    level: 'error',
    code: 'checkpoint/unsafe-globals',
    text: expect.stringContaining('os.system, builtins.eval'),
  })
})

describe('what can not be shown', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slim-viewer-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each([
    ['text', 'hello', 'info', 'checkpoint/not-a-checkpoint'],
    ['a cut file', 'PK\x03\x04 and no more', 'error', undefined],
  ] as const)('%s has a page of its own', (name, bytes, level, code) => {
    const file = join(folder, `${name}.pt`)
    writeFileSync(file, bytes, 'latin1')
    let thrown: unknown
    try {
      viewOf(file)
    } catch (error) {
      thrown = error
    }
    const { notices, layers, preview } = collectFailure(file, thrown)
    expect(notices).toEqual([
      expect.objectContaining({ level, code: code ?? asSlimError(thrown).code }),
    ])
    expect({ layers, preview }).toEqual({ layers: [], preview: undefined })
  })
})
