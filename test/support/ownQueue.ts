import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A queue of each test file's own: what else trains on this machine is no neighbour of its runs. */
const queue = mkdtempSync(join(tmpdir(), 'yolov5-slim-queue-'))
process.env.YOLOV5_SLIM_QUEUE = queue
afterAll(() => rmSync(queue, { recursive: true, force: true, maxRetries: 5 }))
