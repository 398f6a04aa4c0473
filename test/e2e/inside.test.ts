import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { InsideResult } from './inside/main'
import { Server } from './support/server'
import { Window } from './support/window'
import { checkoutWorkspace } from './support/workspace'

const { folder, remove } = checkoutWorkspace()
const results = join(folder, 'inside.json')
let server: Server | undefined

afterAll(async () => {
  await Window.closeBrowser()
  await server?.stop()
  remove()
})

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
  writeFileSync(join(folder, 'yolov5', 'models', 'mine.yaml'), mine)
  server = await Server.start({
    extensions: [process.env.E2E_INSIDE_VSIX ?? ''],
    env: { YOLOV5_SLIM_INSIDE: results },
  })
  const window = await Window.open(server, folder, 'inside')
  await expect.poll(() => existsSync(results), { timeout: 150_000, interval: 500 }).toBe(true)
  const found = JSON.parse(readFileSync(results, 'utf8')) as readonly InsideResult[]
  if (found.some(({ error }) => error)) await window.keepEvidence('inside')
  expect(found.filter(({ error }) => error)).toEqual([])
  expect(found.length).toBeGreaterThan(3)
})
