import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { InsideResult } from './inside/main'
import { openSession, patience, type Session } from './support/session'
import { checkoutWorkspace } from './support/workspace'

const workspace = checkoutWorkspace()
const results = join(workspace.folder, 'inside.json')
let session: Session | undefined

afterAll(() => session?.close())

/** A model of the person's own with a slip of the pen. */
const mine = `nc: 80
depth_multiple: 0.33
width_multiple: 0.25
anchors: 3
backbone:
  [[-1, 1, Conv, [64, 6, 2, 2]],
   [-1, 1, Conv, [128, 3, 2]],
   [-1, 3, C3, [128]],
   [-1, 1, SPPFF, [128, 5]]]
head:
  [[[3], 1, Detect, [nc, anchors]]]
`

it('does its work by VS Code’s own API', async () => {
  writeFileSync(join(workspace.checkout, 'models', 'mine.yaml'), mine)
  session = await openSession(workspace, 'inside', {
    extensions: [process.env.E2E_INSIDE_VSIX ?? ''],
    env: { YOLOV5_SLIM_INSIDE: results },
  })
  await expect.poll(() => existsSync(results), { timeout: patience, interval: 500 }).toBe(true)
  const found = JSON.parse(readFileSync(results, 'utf8')) as readonly InsideResult[]
  if (found.some(({ error }) => error)) await session.window.keepEvidence('inside')
  expect(found.filter(({ error }) => error)).toEqual([])
  expect(found.length).toBeGreaterThan(3)
})
