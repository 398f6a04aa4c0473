import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../runs/events'
import { epoch, gamma, progress, started } from '../runs/format/testing'
import type { RunManifest } from '../runs/manifest'
import { snapshot } from '../runs/snapshot'
import { digestEvents } from '../runs/state'
import { endLines, failureLines, RunPresenter } from './runPresenter'

const manifest: RunManifest = {
  v: 1,
  id: '20260101-000000-abcdef01',
  stage: 'sparse',
  engine: 'pytorch',
  commandLine: ['sparse'],
  cwd: '/',
  createdAt: started.t,
  provenance: { slimVersion: '0', sha256: {} },
}

const runOf = (...events: RunEvent[]) =>
  snapshot('/runs/train/exp', manifest, digestEvents(events), 'gone')

function recorder(live: boolean) {
  const log: string[] = []
  const line = {
    width: () => 81,
    show: (text: string) => void log.push(`~ ${text}`),
    clear: () => void log.push('clear'),
    done: () => void log.push('done'),
  }
  return {
    log,
    screen: {
      print: (...lines: readonly string[]) => void log.push(...lines),
      printAside: (...lines: readonly string[]) => void log.push(...lines.map((l) => `! ${l}`)),
      ...(live ? { live: line } : {}),
    },
  }
}

describe('RunPresenter', () => {
  it('prints one line an epoch, with the gammas that are logged after it', () => {
    const { log, screen } = recorder(false)
    const presenter = new RunPresenter(screen, 'text')
    presenter.show([progress, epoch], false)
    expect(log).toEqual([])
    presenter.show([gamma], false)
    expect(log).toHaveLength(1)
    expect(log[0]).toContain('near zero 12.5 %')
  })

  it('prints the epoch all the same when no gammas follow', () => {
    const { log, screen } = recorder(false)
    const presenter = new RunPresenter(screen, 'text')
    presenter.show([epoch, { ...epoch, epoch: 2 }], false)
    expect(log.map((line) => line.slice(0, 11))).toEqual(['epoch  2/60'])
    presenter.end(runOf(started, epoch))
    expect(log[1]?.slice(0, 11)).toBe('epoch  3/60')
  })

  it('prints events untouched as JSON, and nothing else on stdout', () => {
    const { log, screen } = recorder(false)
    const presenter = new RunPresenter(screen, 'json')
    const warning: RunEvent = { v: 1, t: 1, type: 'warning', code: 'a/b', text: 'x' }
    presenter.show([started, gamma, warning], false)
    presenter.end(runOf(started))
    expect(log.slice(0, 3).map((line) => JSON.parse(line))).toEqual([started, gamma, warning])
    expect(log.slice(3).every((line) => line.startsWith('! '))).toBe(true)
  })

  it('clears the live line before printing above it, and keeps to its width', () => {
    const { log, screen } = recorder(true)
    const presenter = new RunPresenter(screen, 'text')
    presenter.show([started, epoch, gamma], false)
    expect(log[0]).toBe('clear')
    expect(log.at(-1)).toMatch(/^~ .*epoch 3\/60/)
    expect(log.at(-1)?.length).toBeLessThanOrEqual(82)
    presenter.announce('stopping')
    expect(log.at(-1)).toBe('~ stopping')
  })
})

describe('the end of a run', () => {
  const best: RunEvent = {
    v: 1,
    t: epoch.t,
    type: 'checkpoint',
    kind: 'best',
    path: '/runs/train/exp/weights/best.pt',
    bytes: 3.7e6,
  }

  it('says what was reached and where it lies', () => {
    const finished: RunEvent = {
      v: 1,
      t: epoch.t,
      type: 'finished',
      summary: { mAP50: 0.953, mAP50_95: 0.81, seconds: 75 },
    }
    const sparse = runOf(started, epoch, best, finished)
    const lines = ['mAP50 0.930  mAP50_95 0.620', 'best: /runs/train/exp/weights/best.pt  3.70 MB']
    expect(endLines(sparse).slice(1)).toEqual(lines)
    const finetune = { ...manifest, stage: 'finetune' } as const
    const log = digestEvents([started, epoch, best, finished])
    expect(endLines(snapshot('/runs/train/exp', finetune, log, 'gone'))[1]).toBe(
      'mAP50 0.953  mAP50_95 0.810',
    )
  })

  it('of a failed one has its code, text, remedy and last words', () => {
    const failed: RunEvent = {
      v: 1,
      t: epoch.t,
      type: 'failed',
      code: 'train/nan-loss',
      text: 'The loss is NaN.',
      remedy: 'Use a smaller sr.',
      stderr: 'a\n\nb',
    }
    const run = runOf(started, failed)
    expect(endLines(run)).toEqual([])
    const text = failureLines(run).join('\n')
    expect(text).toContain('error[train/nan-loss]')
    expect(text).toContain('Use a smaller sr.')
    expect(text).toContain('  | a\n  | b')
    expect(text).toContain('/runs/train/exp/slim/output.log')
  })
})
