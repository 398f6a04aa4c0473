// Writes numbered events through the engines' own writer as fast as it can, and says of each that it is written.
import { writeSync } from 'node:fs'
import { connect } from 'node:net'
import { EventAppender, type NewEvent } from '../../../src/runs/eventLog'
import { passGate } from '../../../src/runs/startGate'
import type { WriterOptions } from '../support/runs'

const [, , file = '', options = '{}'] = process.argv
const { events = Number.POSITIVE_INFINITY, clockBack = 0 } = JSON.parse(options) as WriterOptions

const progress = (batch: number): NewEvent => ({
  ...{ type: 'progress', epoch: 0, batch, batches: 1e9, lr: 0.01, memory: 0 },
  losses: { box: 0.05, obj: 0.02, cls: 0.01 },
})

/** Ends with the tests, also when they are broken off. */
function holdLifeline(): void {
  const line = connect(process.env.FAULTS_LIFELINE ?? '')
  line.on('error', () => undefined).on('close', () => process.exit(1))
  line.unref()
}

async function main(): Promise<void> {
  await passGate()
  holdLifeline()
  const log = new EventAppender(file)
  await log.append({
    ...{ type: 'started', engine: 'writer', devices: ['cpu'], versions: {}, epochs: 1 },
    ...{ batchSize: 1, imageSize: 32, layers: [] },
  })
  if (clockBack > 0) {
    const now = Date.now
    Date.now = () => now() - clockBack
  }
  process.on('SIGINT', () => {
    log.append({ type: 'stopped' }).then(() => process.exit(130))
  })
  for (let n = 1; n <= events; n++) {
    await log.append(progress(n))
    // Straight to the file: what is buffered here would die with the process.
    writeSync(1, `written ${n}\n`)
  }
  await log.append({ type: 'finished', summary: { seconds: 1 } })
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
