import type { RunEvent } from './events'

type Check = (value: unknown) => boolean

const number: Check = (value) => typeof value === 'number'
const string: Check = (value) => typeof value === 'string'
const nullable: Check = (value) => value === null || typeof value === 'number'
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) && Object.entries(fields).every(([key, check]) => check(value[key]))
const record: Check = isRecord
const numbers: Check = (value) => isRecord(value) && Object.values(value).every(number)
const beforeAfter = object({ before: number, after: number })

/** What each type must carry; fields not named here are passed on unread. */
const checks: Readonly<Record<RunEvent['type'], Check>> = {
  started: object({
    engine: string,
    devices: list(string),
    versions: record,
    epochs: number,
    batchSize: number,
    imageSize: number,
    layers: list(object({ name: string, channels: number })),
    sparsity: optional(
      object({ reg: string, sr: number, schedule: string, hold: optional(nullable) }),
    ),
    shims: optional(list(string)),
  }),
  progress: object({
    epoch: number,
    batch: number,
    batches: number,
    losses: numbers,
    lr: number,
    memory: number,
  }),
  epoch: object({
    epoch: number,
    epochs: number,
    train: numbers,
    val: numbers,
    precision: nullable,
    recall: nullable,
    mAP50: nullable,
    mAP50_95: nullable,
    lr: nullable,
    sr: number,
    seconds: number,
    amends: optional((value) => value === true),
  }),
  gamma: object({
    epoch: number,
    layers: list(
      object({
        name: string,
        histogram: list(number),
        nearZero: number,
        quantiles: (value) => Array.isArray(value) && value.length === 5 && value.every(number),
      }),
    ),
  }),
  checkpoint: object({ path: string, kind: string, bytes: number }),
  pruned: object({
    output: string,
    threshold: number,
    percentAsked: nullable,
    percentReached: number,
    layers: list(object({ name: string, before: number, after: number })),
    parameters: beforeAfter,
    gflops: beforeAfter,
    bytes: beforeAfter,
  }),
  warning: object({ code: string, text: string }),
  finished: object({ summary: record }),
  stopped: record,
  failed: object({ code: string, text: string, remedy: string }),
}

/**
 * One line of an event log as an event; undefined for a torn or foreign line, an unknown type, or a field that
 * is not what the type says. A loss that JSON could not write (NaN, Infinity, null) comes back as NaN.
 */
export function parseEvent(line: string): RunEvent | undefined {
  const value = parseJson(line)
  if (!isRecord(value) || value.v !== 1 || typeof value.t !== 'number') return undefined
  const { type } = value
  if (typeof type !== 'string' || !Object.hasOwn(checks, type)) return undefined
  for (const key of ['losses', 'train', 'val']) {
    const group = value[key]
    if (!isRecord(group)) continue
    for (const [name, loss] of Object.entries(group)) if (loss === null) group[name] = Number.NaN
  }
  return checks[type as RunEvent['type']](value) ? (value as unknown as RunEvent) : undefined
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // Python's json module writes the words NaN and Infinity, which JSON does not have.
    if (!/NaN|Infinity/.test(line)) return undefined
  }
  try {
    return JSON.parse(line.replace(/([:,[]\s*)-?(?:NaN|Infinity)(?=\s*[,\]}])/g, '$1null'))
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
