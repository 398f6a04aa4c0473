import { describe, expect, it } from 'vitest'
import { compareWithOrigin } from './comparison'
import { away, byIdOf, failed, lineage, makeRun, started } from './testing'
import { collectTooltip } from './tooltip'

const { sparse, prune, finetune, all } = lineage()
const byId = byIdOf(all)
const tooltip = (run: typeof sparse, parent?: typeof sparse) =>
  collectTooltip(run, compareWithOrigin(run, byId), parent)

describe('collectTooltip', () => {
  it('tells figures against the origin, and the command line', () => {
    const text = tooltip(finetune, prune)
    expect(text).toContain('**exp3** – Finetune, finished')
    expect(text).toContain('- mAP50_95: 0.612, −0.8 points against yolov5s')
    expect(text).toContain('- Size: 10.9 MB \\(−60 %\\)')
    expect(text).toContain('- Device: cuda:0 NVIDIA H200')
    expect(text).toContain('- Time: 1:00:00')
    expect(text).toContain('```sh\nyolov5-slim finetune\n```')
  })

  it('tells how much a prune removed, and sr of a sparse training', () => {
    expect(tooltip(prune, sparse)).toContain('- Removed: 50.0 % of the channels')
    const auto = { reg: 'prox', sr: 'auto', schedule: 'constant' } as const
    const run = makeRun({ name: 's', stage: 'sparse', changes: { sparsity: auto, percent: 0.7 } })
    expect(tooltip(run)).toContain('- sr: auto, prox, constant')
    expect(tooltip(run)).toContain('- Percent: 70.0 %')
  })

  it('tells on which other machine a run goes on', () => {
    expect(tooltip(makeRun({ name: 'a', ...away }))).toContain('- Runs on: gpu7')
    expect(tooltip(makeRun({ name: 'a', alive: 'alive' }))).not.toContain('Runs on')
    const ended = makeRun({ name: 'a', ...away, events: [started, failed] })
    expect(tooltip(ended)).not.toContain('Runs on')
  })

  it('tells a failure with its remedy, and lets no text of it be Markdown', () => {
    const run = makeRun({ name: '[x](command:y)', events: [started, failed] })
    const text = tooltip(run)
    expect(text).toContain('The loss is \\*not\\* finite. Take a smaller sr. `train/nan`')
    expect(text).toContain('**\\[x\\]\\(command:y\\)**')
  })

  it('lets no command line end its block', () => {
    const run = makeRun({ name: 'x', changes: { commandLine: ['train', '```\n[a](command:b)'] } })
    expect(tooltip(run)).toContain('````sh\n')
  })
})
