import { text } from 'node:stream/consumers'
import * as l10n from '@vscode/l10n'
import type { ModuleNode } from '../../core/slimming/moduleTree'
import { planSparsity } from '../../core/slimming/sparsity'
import type { ModuleJson, PlannerReply, PlannerRequest } from '../../engines/pytorch/contract'
import { usageError } from '../errors'
import { exitCodes, print } from '../terminal'

/** `internal-plan`: a PlannerRequest on stdin, a PlannerReply on stdout, for the Python runner. */
export async function internalPlan(): Promise<number> {
  print(JSON.stringify(planReply(parseRequest(await text(process.stdin)))))
  return exitCodes.ok
}

/** Which gammas a training penalises and how strongly, for a live model described as JSON. */
export function planReply(request: PlannerRequest): PlannerReply {
  const { model, sparsity, schedule, gammas = {} } = request
  return planSparsity(moduleNode(model, '', gammas), sparsity, schedule)
}

function moduleNode(
  json: ModuleJson,
  path: string,
  gammas: NonNullable<PlannerRequest['gammas']>,
): ModuleNode {
  const gamma = gammas[path]
  return {
    className: json.className,
    attributes: json.attributes,
    tensors: mapValues(json.tensors, (shape, name) =>
      gamma && name === 'weight' ? { shape, read: () => Float32Array.from(gamma) } : { shape },
    ),
    children: mapValues(json.children, (child, name) =>
      moduleNode(child, path === '' ? name : `${path}.${name}`, gammas),
    ),
  }
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]))
}

/** Only our runner writes this, so its outline is checked and the rest trusted. */
function parseRequest(json: string): PlannerRequest {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null && 'model' in value && 'schedule' in value) {
      return value as PlannerRequest
    }
  } catch (error) {
    throw badRequest(error)
  }
  throw badRequest(undefined)
}

function badRequest(cause: unknown): Error {
  return usageError(
    'bad-plan-request',
    l10n.t('internal-plan reads a JSON object with "model" and "schedule" on stdin.'),
    l10n.t('The training runner uses it; it is no command for people.'),
    { cause },
  )
}
