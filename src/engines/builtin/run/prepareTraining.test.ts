import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openModelFile } from '../checkpoint/open'
import type { HeadShape } from '../contract'
import { writeSample } from '../sample/sample'
import { RunContext } from './context'
import { prepareTraining } from './prepareTraining'

const golden = join(import.meta.dirname, '../../../../test/golden/network')

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'prepare-'))
  await writeSample(join(scratch, 'set'), { train: 4, val: 1, size: 64, seed: 1 })
})
afterAll(() => rm(scratch, { recursive: true }))

/** Anchors that a training of these weights would start with, on data that no anchors of theirs fit. */
async function anchorsFor(weights: string, noautoanchor = false): Promise<HeadShape['anchors']> {
  const hyp = join(scratch, 'hyp.yaml')
  await writeFile(hyp, 'anchor_t: 1.5\n')
  const context = new RunContext(
    {
      ...{ v: 1, stage: 'finetune', runDir: scratch, eventsFile: join(scratch, 'e'), hyp, weights },
      ...{ sparsity: null, resume: false, device: '', threads: 0 },
      opt: { imgsz: 64, epochs: 1, noautoanchor },
      data: {
        ...{ file: join(scratch, 'data.yaml'), nc: 3, names: ['a', 'b', 'c'], test: [] },
        train: [join(scratch, 'set/images/train')],
        val: [join(scratch, 'set/images/val')],
      },
    },
    new AbortController().signal,
  )
  const { open } = await prepareTraining(context)
  await context.written()
  return open.head.anchors
}

it('seeks anchors that fit the data, but for pruned weights, which keep theirs', async () => {
  const whole = join(golden, 'v6.2.pt')
  const pruned = join(golden, 'pruned.pt')
  const own = (weights: string): HeadShape['anchors'] => openModelFile(weights).head.anchors
  expect(await anchorsFor(whole)).not.toEqual(own(whole))
  expect(await anchorsFor(whole, true)).toEqual(own(whole))
  expect(await anchorsFor(pruned)).toEqual(own(pruned))
})
