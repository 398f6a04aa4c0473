import { SlimError } from '../../../core/errors'
import { type Probe, probeBackend } from './probe'
import type { BackendStart } from './start'

/**
 * Entry of the probe: computes on the backend that its argument describes, and prints a Probe as the last line. A
 * process of its own, since a broken driver may end it.
 */
async function main(): Promise<void> {
  let probe: Probe
  try {
    probe = await probeBackend(JSON.parse(process.argv[2] ?? '') as BackendStart)
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
