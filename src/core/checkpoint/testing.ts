import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SlimError } from '../errors'

const folder = fileURLToPath(new URL('../../../test/golden/checkpoints/', import.meta.url))

/** A checkpoint that test/golden/make_checkpoints.py made. */
export const golden = (name: string): string => join(folder, name)

export const goldenJson = (name: string): unknown => JSON.parse(readFileSync(golden(name), 'utf8'))

export const scratch = (): string => mkdtempSync(join(tmpdir(), 'slim-checkpoint-'))

/** The code of the SlimError that `run` throws; any other error comes through. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run()
  } catch (error) {
    if (error instanceof SlimError) return error.code
    throw error
  }
  return undefined
}

/** Milliseconds of processor time that `run` takes; wall time would fail tests on a busy machine. */
export function processorTime(run: () => void): number {
  const start = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}
