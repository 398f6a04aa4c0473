import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { InsideResult } from './inside/main'
import { openSession, patience, type Session } from './support/session'
import { insideWorkspace } from './support/workspace'

const workspace = insideWorkspace()
const results = join(workspace.folder, 'inside.json')
let session: Session | undefined

afterAll(() => session?.close())

it('does its work by VS Code’s own API', async () => {
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
