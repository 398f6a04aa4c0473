/** A tensor that must be there: its absence is a mistake in the order of operations. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a tensor is gone that an operation needs')
  return value
}
