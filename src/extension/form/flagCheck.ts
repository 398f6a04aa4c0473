import { join } from 'node:path'
import { asSlimError } from '../../core/errors'
import { FlagError } from '../../engines/common/flagError'
import { type ParsedFlags, parseFlags } from '../../engines/common/flags'
import { isFile } from '../../engines/common/inputs'
import type { Facts, Place } from './facts'
import { type Field, toArguments, type Values } from './field'
import { type FieldFinding, findingOf } from './finding'
import type { Readiness } from './readiness'
import type { FormStage } from './stage'

export type CheckRequest = {
  readonly stage: FormStage
  readonly fields: readonly Field[]
  readonly values: Values
  readonly place: Place
  readonly readiness: Readiness
  readonly facts: Facts
}

/** Fields whose value is none. */
export function valueFindings({ fields, values }: CheckRequest): FieldFinding[] {
  return fields.flatMap(({ key, validate }): FieldFinding[] => {
    const text = validate(values[key] ?? '')
    return text === undefined ? [] : [{ field: key, severity: 'error', code: 'form/value', text }]
  })
}

/** Flags that the stage's script accepts. */
export function scriptFlags({ stage, place }: Pick<CheckRequest, 'stage' | 'place'>) {
  const { capabilities } = place.detection
  return stage === 'val' ? capabilities.evaluationFlags : capabilities.trainFlags
}

/** What the flags come to, or which of them is wrong. */
export async function flagFindings(
  request: CheckRequest,
  wrong: readonly FieldFinding[],
): Promise<{ readonly findings: FieldFinding[]; readonly parsed?: ParsedFlags }> {
  const { fields, place } = request
  const refused = new Set(wrong.map(({ field }) => field))
  // A wrong value is told once, and shall not hide the rest.
  const args = toArguments(
    fields.filter(({ key }) => !refused.has(key)),
    request.values,
  )
  try {
    const autobatch =
      !place.hasCheckout || (await isFile(join(place.root, 'utils', 'autobatch.py')))
    return { findings: [], parsed: parseFlags(args, { flags: scriptFlags(request), autobatch }) }
  } catch (caught) {
    const error = asSlimError(caught)
    const field =
      caught instanceof FlagError
        ? fields.find(({ flag, advanced }) => flag === caught.flag && !advanced)
        : undefined
    return { findings: [findingOf(error, field?.key ?? 'more')] }
  }
}
