import { dirname, join } from 'node:path'
import { SlimError } from '../../../core/errors'
import { speak } from '../../../runs/language'
import { type Probe, probeBackend } from './probe'
import type { BackendStart } from './start'

/**
 * Entry of the probe: computes on the backend that its argument describes, measures it where a second one says
 * `measure`, and prints a Probe as the last line. A process of its own, since a broken driver may end it.
 */
async function main(): Promise<void> {
  speak(join(dirname(__filename), '..', '..'))
  let probe: Probe
  try {
    const [, , start = '', measure] = process.argv
    probe = await probeBackend(JSON.parse(start) as BackendStart, measure === 'measure')
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    probe =
      error instanceof SlimError
        ? { ok: false, code: error.code, text, remedy: error.remedy }
        : { ok: false, code: 'backend/wrong', text, remedy: '' }
  }
  process.stdout.write(`${JSON.stringify(probe)}\n`)
  process.exit(0)
}

void main()
