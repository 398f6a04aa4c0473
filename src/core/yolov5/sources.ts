import fs from 'node:fs'
import { join } from 'node:path'
import { codeOnly } from './python'

/** No file larger than this is read: nothing that detection looks at comes near it. */
export const MAX_SOURCE_BYTES = 1024 * 1024

/** What detection sees of a checkout: names of files, and the text of the ones worth reading. */
export type Sources = {
  readonly root: string
  /** `path` is relative to the root, with forward slashes. Folders count too. */
  readonly has: (path: string) => boolean
  /** Text with `\n` line endings; empty when the file is missing, unreadable or too large. */
  readonly text: (path: string) => string
  /** The same without comments and docstrings, for Python files. */
  readonly code: (path: string) => string
  /** All known files and folders, relative to the root. */
  readonly paths: () => readonly string[]
}

const FOLDERS = [
  '',
  'models',
  'utils',
  'utils/loggers',
  'utils/wandb_logging',
  'data',
  'data/hyps',
  'classify',
  'segment',
] as const

const FILES = [
  'train.py',
  'val.py',
  'test.py',
  'models/common.py',
  'models/experimental.py',
  'models/yolo.py',
  'models/yolov5s.yaml',
  'utils/general.py',
  'utils/torch_utils.py',
  'utils/loggers/__init__.py',
  '__init__.py',
  'pyproject.toml',
  'requirements.txt',
] as const

// Read synchronously: thirty small files take 3 ms so, and 15 ms by way of the thread pool.

function list(root: string, folder: string): readonly string[] {
  try {
    const names = fs.readdirSync(join(root, folder))
    return folder === '' ? names : names.map((name) => `${folder}/${name}`)
  } catch {
    return []
  }
}

/** The text of a file of at most {@link MAX_SOURCE_BYTES}, line endings made `\n`; undefined if there is none. */
export function readSource(file: string): string | undefined {
  try {
    const stat = fs.statSync(file, { throwIfNoEntry: false })
    if (stat === undefined || !stat.isFile() || stat.size > MAX_SOURCE_BYTES) return undefined
    const text = fs.readFileSync(file, 'utf8')
    return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  } catch {
    return undefined
  }
}

function view(
  root: string,
  names: ReadonlySet<string>,
  texts: ReadonlyMap<string, string>,
): Sources {
  const codes = new Map<string, string>()
  const text = (path: string): string => texts.get(path) ?? ''
  return {
    root,
    has: (path) => names.has(path),
    text,
    code: (path) => {
      if (!path.endsWith('.py')) return text(path)
      const known = codes.get(path)
      if (known !== undefined) return known
      const code = codeOnly(text(path))
      if (texts.has(path)) codes.set(path, code)
      return code
    },
    paths: () => [...names],
  }
}

/** Sources from plain data: for tests, and for trees that are not on disk. */
export function sourcesOf(root: string, files: ReadonlyMap<string, string>): Sources {
  const paths = new Set<string>()
  for (const path of files.keys()) {
    const parts = path.split('/')
    for (let n = 1; n <= parts.length; n++) paths.add(parts.slice(0, n).join('/'))
  }
  return view(root, paths, files)
}

/**
 * Reads what detection needs from the checkout at `root`: nine folder listings and at most a few dozen
 * small files. `more` names files that are worth reading, as far as those tell that are read.
 */
export function readSources(root: string, more: (sources: Sources) => readonly string[]): Sources {
  const names = new Set(FOLDERS.flatMap((folder) => list(root, folder)))
  const texts = new Map<string, string>()
  const read = (path: string): void => {
    if (!texts.has(path)) texts.set(path, readSource(join(root, path)) ?? '')
  }
  const sources = view(root, names, texts)
  for (const path of FILES) if (names.has(path)) read(path)
  // These may lie deeper than the folders that are listed, and lead to others once they are read.
  const unread = (): readonly string[] => more(sources).filter((path) => !texts.has(path))
  for (let next = unread(); next.length > 0; next = unread()) next.forEach(read)
  return sources
}
