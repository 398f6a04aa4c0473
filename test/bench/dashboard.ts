import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunFeed } from '../../src/extension/dashboard/feed'
import { parseEvent } from '../../src/runs/eventCheck'
import { runFiles } from '../../src/runs/store'
import { writeLongRun } from './longRun'
import { median } from './median'
import { pageSpeed } from './page'

/** Opening a long run, 1,000 epochs of YOLOv5x with 40 MB of log, against parsing all of it. */
export async function dashboardSpeed(folder: string, epochs = 1000): Promise<void> {
  const runDir = join(folder, 'yolov5x-sparse')
  const bytes = await writeLongRun(runDir, epochs)
  const opened: number[] = []
  const parsed: number[] = []
  for (let i = 0; i < 7; i++) {
    const start = performance.now()
    const feed = new RunFeed(runDir)
    const update = await feed.look()
    await feed.lookAtGammas()
    opened.push(performance.now() - start)
    if (update?.epochs?.rows.epochs.length !== epochs) throw new Error('epochs are missing')
    const again = performance.now()
    for (const line of readFileSync(runFiles(runDir).events, 'utf8').split('\n')) parseEvent(line)
    parsed.push(performance.now() - again)
  }
  const [ours, other] = [median(opened), median(parsed)]
  const name = `dashboard: ${epochs} epochs of YOLOv5x, ${(bytes / 1e6).toFixed(0)} MB`
  console.log(
    `${name.padEnd(46)} ${ours.toFixed(1).padStart(9)} ms   ${(other / ours).toFixed(1).padStart(7)} × faster than parsing all; of 500 ms`,
  )
  await pageSpeed(runDir, epochs)
}
