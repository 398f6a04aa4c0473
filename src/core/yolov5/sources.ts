import { type Dirent, promises as fs } from 'node:fs'
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

async function list(root: string, folder: string): Promise<readonly string[]> {
  let entries: readonly Dirent[]
  try {
    entries = await fs.readdir(join(root, folder), { withFileTypes: true })
  } catch {
    return []
  }
  return entries.map((entry) => (folder === '' ? entry.name : `${folder}/${entry.name}`))
}

/** The text of a file of at most {@link MAX_SOURCE_BYTES}, line endings made `\n`; undefined if there is none. */
export async function readSource(file: string): Promise<string | undefined> {
  try {
    const { size } = await fs.stat(file)
    if (size > MAX_SOURCE_BYTES) return undefined
    const text = await fs.readFile(file, 'utf8')
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
 * small files. `more` names files that are worth reading once the first ones are known.
 */
export async function readSources(
  root: string,
  more: (sources: Sources) => readonly string[],
): Promise<Sources> {
  const listings = await Promise.all(FOLDERS.map((folder) => list(root, folder)))
  const names = new Set(listings.flat())
  const texts = new Map<string, string>()
  const read = async (path: string): Promise<void> => {
    if (!names.has(path) || texts.has(path)) return
    texts.set(path, (await readSource(join(root, path))) ?? '')
  }
  const sources = view(root, names, texts)
  await Promise.all(FILES.map(read))
  await Promise.all(more(sources).map(read))
  return sources
}
