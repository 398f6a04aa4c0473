import type { SlimError } from '../../core/errors'

/** What is said beside a field. An error keeps the stage from starting. */
export type FieldFinding = {
  /** Key of the field; empty for the form as a whole. */
  readonly field: string
  readonly severity: 'error' | 'warning' | 'information'
  readonly code: string
  readonly text: string
}

export function findingOf(
  error: SlimError,
  field: string,
  severity: FieldFinding['severity'] = 'error',
): FieldFinding {
  return { field, severity, code: error.code, text: `${error.message} ${error.remedy}`.trim() }
}
