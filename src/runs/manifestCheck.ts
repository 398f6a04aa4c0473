import type { RunManifest } from './manifest'

/** A manifest's text as data; undefined when it is none that this version understands. */
export function parseManifest(text: string): RunManifest | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isManifest(value) ? value : undefined
}

/** Whether a parsed value is a manifest that this version understands. */
export function isManifest(value: unknown): value is RunManifest {
  if (typeof value !== 'object' || value === null) return false
  const m = value as Record<string, unknown>
  return (
    m.v === 1 &&
    typeof m.id === 'string' &&
    typeof m.stage === 'string' &&
    typeof m.engine === 'string' &&
    typeof m.createdAt === 'number' &&
    typeof m.cwd === 'string' &&
    Array.isArray(m.commandLine) &&
    typeof m.provenance === 'object' &&
    m.provenance !== null
  )
}
