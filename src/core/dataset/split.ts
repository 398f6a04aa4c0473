/** An image and the classes of its boxes, each once. */
export type LabelledImage = { readonly file: string; readonly classes: readonly number[] }

export type SplitOptions = {
  /** Shares of all images, 0 to 1; the rest is for training. */
  readonly val: number
  readonly test: number
  readonly seed: number
}

export type Split = {
  readonly train: readonly string[]
  readonly val: readonly string[]
  readonly test: readonly string[]
}

/**
 * Divides images such that each class has about the same share in every part: an image counts for the rarest of its
 * classes, those without boxes are a group of their own. The same images and seed give the same parts, in any order of
 * the images. Each part is sorted.
 */
export function splitImages(images: readonly LabelledImage[], options: SplitOptions): Split {
  const { val, test, seed } = options
  const counts = new Map<number, number>()
  for (const { classes } of images) {
    for (const cls of classes) counts.set(cls, (counts.get(cls) ?? 0) + 1)
  }
  const groups = new Map<number, string[]>()
  for (const { file, classes } of images) {
    const rarest = [...classes].sort(
      (a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0) || a - b,
    )[0]
    const key = rarest ?? -1
    groups.set(key, [...(groups.get(key) ?? []), file])
  }
  const parts = { train: [] as string[], val: [] as string[], test: [] as string[] }
  // What rounding takes from one group is given back by the next, so that the whole has the shares asked for.
  const owed = { val: 0, test: 0 }
  const byKey = [...groups.entries()].sort(([a], [b]) => a - b)
  for (const [key, files] of byKey) {
    const shuffled = shuffle(files.sort(compare), seed * 7919 + key + 1)
    let at = 0
    for (const part of ['val', 'test'] as const) {
      const wanted = files.length * (part === 'val' ? val : test) + owed[part]
      const taken = Math.min(Math.max(0, Math.round(wanted)), shuffled.length - at)
      owed[part] = wanted - taken
      parts[part].push(...shuffled.slice(at, at + taken))
      at += taken
    }
    parts.train.push(...shuffled.slice(at))
  }
  return {
    train: parts.train.sort(compare),
    val: parts.val.sort(compare),
    test: parts.test.sort(compare),
  }
}

/** Classes that the text of a label file names, each once. */
export function classesIn(text: string): number[] {
  const found = new Set<number>()
  for (const line of text.split(/\r?\n/)) {
    const cls = Number(/^\s*(\d+)\s/.exec(line)?.[1] ?? Number.NaN)
    if (Number.isInteger(cls)) found.add(cls)
  }
  return [...found]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** Fisher and Yates, by a generator of its own (mulberry32), so that a seed means the same everywhere. */
function shuffle<T>(list: readonly T[], seed: number): T[] {
  const made = [...list]
  let state = seed >>> 0
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  for (let i = made.length - 1; i > 0; i--) {
    const j = Math.floor(unit() * (i + 1))
    ;[made[i], made[j]] = [made[j] as T, made[i] as T]
  }
  return made
}
