import { resolve } from 'node:path'
import { checkCell, checkText, type TextReport } from '../../core/check/checkFile'
import { checkFolder, type FileReport } from '../../core/check/checkFolder'
import { type Clone, cloneOf } from '../../core/check/clone'
import { diskFiles } from '../../core/check/files'
import { isSkippedPath } from '../../core/check/kind'
import { checkCheckpoint, checkPlaces, type Places } from '../../core/check/placeCheck'
import { type Pairing, pairingOf, usedWith } from '../../core/check/project'
import type { Session } from '../../core/check/session'
import { wholeText } from '../../core/check/snippet'
import { inClone } from '../../core/check/stockFiles'
import type { CheckpointFacts } from '../../core/check/weightsCheck'
import type { Finding } from '../../core/finding'
import type { Detection } from '../../core/yolov5/release'
import { checkoutOf } from '../checkouts/collect'

export type CheckerOptions = {
  readonly detections: () => readonly Detection[]
  /** Reads a checkpoint in another process; what is no checkpoint is an error. */
  readonly inspect: (path: string) => Promise<unknown>
  /** Command lines of the runs of a checkout, newest first. */
  readonly commandLines: (root: string) => readonly (readonly string[])[]
  /** Version of the torch that a checkout's scripts run with, where that is known. */
  readonly torch: (root: string) => string | undefined
}

/** How long a look at a data set's folders is good for; what it found wrong is mended soon. */
const placesMs = 30_000
const findingsMs = 2000

type Look = { readonly text: string; until: number; readonly findings: Promise<readonly Finding[]> }

/**
 * Checks texts of the workspace against the clone that each belongs to, and remembers what is slow to find out:
 * the clones' sources, what checkpoints hold, what lies in the folders of a data set.
 */
export class Checker {
  private readonly clones = new Map<string, Clone>()
  private readonly facts = new Map<
    string,
    { readonly stamp: string; readonly facts: Promise<CheckpointFacts | undefined> }
  >()
  private readonly places: Places
  private readonly looked = new Map<string, Look>()

  constructor(private readonly options: CheckerOptions) {
    this.places = { files: diskFiles, inspect: (path) => this.inspect(path) }
  }

  /** Forgets the sources of the clones: a file of theirs changed. */
  forget(): void {
    this.clones.clear()
    this.looked.clear()
  }

  /** The clone that a file belongs to; undefined for files of none, and of runs, environments and the like. */
  cloneOf(path: string): Clone | undefined {
    const detection = checkoutOf(this.options.detections(), path)
    if (detection === undefined) return undefined
    let clone = this.clones.get(detection.root)
    if (clone?.detection !== detection) {
      clone = cloneOf(detection)
      this.clones.set(detection.root, clone)
    }
    return isSkippedPath(clone, path) ? undefined : clone
  }

  /** What the text alone tells; at once. */
  text(text: string, path: string, clone: Clone): TextReport {
    const { root } = clone.detection
    const used = usedWith(clone, path, this.pairings(root))
    return checkText(text, path, clone, {
      ...this.torch(root),
      ...(used === undefined ? {} : { usedWith: used }),
    })
  }

  /** One cell of a notebook; `session` is how the cells before it left it. */
  cell(text: string, path: string, clone: Clone, session: Session): TextReport {
    const { torch } = this.torch(clone.detection.root)
    return checkCell(wholeText(text), path, clone, torch, session)
  }

  /** What the places tell that the text points to. */
  async beyond(
    text: string,
    path: string,
    clone: Clone,
    report: TextReport,
  ): Promise<readonly Finding[]> {
    const before = this.looked.get(path)
    if (before?.text === text && before.until > performance.now()) return before.findings
    const findings = checkPlaces(text, path, clone, report, this.places)
    // While it is under way it is good for all who ask.
    const look: Look = { text, until: Number.POSITIVE_INFINITY, findings }
    this.looked.set(path, look)
    const found = await findings.catch((error: unknown) => {
      look.until = 0
      throw error
    })
    look.until = performance.now() + (found.length > 0 ? findingsMs : placesMs)
    return found
  }

  /** What a checkpoint in a clone has to say by itself. */
  checkpoint(path: string, clone: Clone): Promise<readonly Finding[]> {
    return checkCheckpoint(path, inClone(clone, path), clone, this.places)
  }

  /** Every file of a checkout with findings. */
  folder(
    detection: Detection,
    control: {
      readonly edited: (path: string) => string | undefined
      readonly isCancelled: () => boolean
      readonly onFile: (path: string) => void
    },
  ): AsyncGenerator<FileReport> {
    return checkFolder(detection, detection.root, {
      ...control,
      ...this.torch(detection.root),
      places: this.places,
      pairings: this.pairings(detection.root),
      others: this.options.detections().map(({ root }) => root),
    })
  }

  private torch(root: string): { readonly torch?: { readonly version: string } } {
    const version = this.options.torch(root)
    return version === undefined ? {} : { torch: { version } }
  }

  private pairings(root: string): readonly Pairing[] {
    return this.options.commandLines(root).flatMap((words) => pairingOf(words) ?? [])
  }

  private async inspect(path: string): Promise<CheckpointFacts | undefined> {
    const file = resolve(path)
    const found = await diskFiles.stat(file)
    if (found === undefined) return undefined
    const stamp = `${found.modified} ${found.size}`
    const before = this.facts.get(file)
    if (before?.stamp === stamp) return before.facts
    const facts = this.options.inspect(file).then(factsOf, () => undefined)
    this.facts.set(file, { stamp, facts })
    return facts
  }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

/** The part of what `inspect --json` printed that the checks want; undefined where it is not what it should be. */
export function factsOf(value: unknown): CheckpointFacts | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { release, modelClass, names, globals, unsafeGlobals, obstacle } = value as Record<
    string,
    unknown
  >
  if (typeof release !== 'string' || !isTexts(names) || !isTexts(globals)) return undefined
  if (!isTexts(unsafeGlobals)) return undefined
  const code =
    typeof obstacle === 'object' && obstacle !== null && 'code' in obstacle ? obstacle.code : null
  return {
    release,
    modelClass: typeof modelClass === 'string' ? modelClass : null,
    names,
    globals,
    unsafeGlobals,
    obstacle: typeof code === 'string' ? { code } : null,
  }
}
