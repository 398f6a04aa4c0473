/** At most `most` of a list, evenly spread, with its first and last. */
export function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list]
  const places = Array.from({ length: most }, (_, i) =>
    Math.round((i * (list.length - 1)) / Math.max(most - 1, 1)),
  )
  return places.flatMap((at) => list[at] ?? [])
}
