import { posix } from 'node:path'
import type { Clone } from './clone'
import { isOtherRelease, otherClone } from './otherClones'
import type { Word } from './shellWords'

/** Where commands run. */
export type Cwd = {
  /** Relative to the root: `..` for the folder that the clone lies in; undefined for elsewhere. */
  folder: string | undefined
  /**
   * Folder of the file, as long as nothing has changed where its commands run: they are taken to start at the root,
   * but a way that leads out of the root starts here.
   */
  home?: string | undefined
  /** Names of folders into which something else than this release was cloned. */
  readonly others?: Set<string>
}

/** Where `path` lies in the clone, seen from where commands run; undefined for elsewhere. */
export function fromRoot(
  path: string,
  { folder, home, others }: Cwd,
  clone: Clone,
): string | undefined {
  const plain = path.replaceAll('\\', '/')
  const root = clone.detection.root.replaceAll('\\', '/')
  if (plain.startsWith(`${root}/`)) return posix.normalize(plain.slice(root.length + 1))
  if (/^(?:\/|~|[A-Za-z]:)/.test(plain)) {
    // On another machine the clone lies elsewhere, mostly under its own name.
    const [, name = '', inner] = /\/(yolov5(?:-[\w.]+)?)\/(.+)$/i.exec(plain) ?? []
    if (inner === undefined || !namesClone(name, clone, others)) return undefined
    return posix.normalize(inner)
  }
  const [top = '', ...rest] = posix.normalize(plain).split('/')
  if (rest.length > 0 && isNamedFrom(folder, top, clone) && namesClone(top, clone, others)) {
    return rest.join('/')
  }
  if (folder === undefined) return undefined
  const joined = posix.join(folder, plain)
  if (!isOutside(joined)) return joined
  const fromHome = home === undefined ? undefined : posix.join(home, plain)
  return fromHome === undefined || isOutside(fromHome) ? undefined : fromHome
}

/** What `git clone` calls any clone. */
const STOCK_NAME = 'yolov5'

/** The folder that the clone lies in. */
const ABOVE = '..'

/**
 * Whether people who run commands in a folder may call the clone `name`: in the folder that it lies in, and at the
 * root, where they start without saying so. Elsewhere a `yolov5` is another one, while a name of the clone's own is
 * the clone.
 */
function isNamedFrom(folder: string | undefined, name: string, clone: Clone): boolean {
  const own = name === rootName(clone)
  if (name !== STOCK_NAME && !own) return false
  if (folder === undefined) return name !== STOCK_NAME
  return folder === ABOVE || (folder === '' && !clone.has(name))
}

/** Where hosted notebooks keep their files, and clone into. */
const NOTEBOOK_HOME = /^\/(?:content|kaggle\/working)$/

/** Whether a path that is written out leads to the folder that the clone lies in. */
function isAbove(path: string, { folder, home }: Cwd, clone: Clone): boolean {
  // `cd` alone goes home.
  if (path === '') return false
  if (path === posix.dirname(clone.detection.root.replaceAll('\\', '/'))) return true
  if (/^(?:\/|~|[A-Za-z]:)/.test(path)) return NOTEBOOK_HOME.test(path)
  if (folder === undefined) return false
  const joined = posix.join(folder, path)
  return (home === undefined || !isOutside(joined) ? joined : posix.join(home, path)) === ABOVE
}

const isOutside = (path: string): boolean => /^\.\.(?:\/|$)/.test(path)

const CD = /^(?:cd|chdir|sl|set-location)$/i
const PUSH = /^(?:pushd|push-location)$/i
const POP = /^(?:popd|pop-location)$/i

/** What stands for the folder of the script itself, which is mostly the root. */
const OWN_FOLDER =
  /dirname|BASH_SOURCE|\$\{0%\/\*\}|\$~dp0|PSScriptRoot|Split-Path|rev-parse --show-toplevel/i

const SAME_FOLDER = /^"?(?:\$\(pwd\)|`pwd`|\$PWD|\$\{PWD\}|\$cd%)"?(?: |$)/i

/**
 * Where `cd` leads: a folder below the root, the one above it, or undefined for elsewhere.
 *
 * @param written the target as it stands in the text, and what its variable is set to
 */
function folderOf(
  target: Word | undefined,
  written: string,
  cwd: Cwd,
  clone: Clone,
): string | undefined {
  const path = (target?.text ?? '').replaceAll('\\', '/').replace(/\/+$/, '')
  const name = posix.basename(path)
  if (target?.open !== true) {
    const inside = fromRoot(path, cwd, clone)
    if (/^[^/~]/.test(path) && inside !== undefined && clone.has(inside)) return inside
    if (isAbove(path, cwd, clone)) return ABOVE
  } else if (OWN_FOLDER.test(written)) {
    const inside = belowOwn(path)
    if (inside === '' || clone.has(inside)) return inside
  } else if (SAME_FOLDER.test(written)) return cwd.folder
  // What a variable stands for is not known, but the clone's own name says enough.
  return namesClone(name, clone, cwd.others) || /^\$\{?\w*yolo_?v5\w*[}%]?$/i.test(name)
    ? ''
    : undefined
}

/** The words of a target, with what the text sets its variable to. */
function writtenWith({ start, end }: Word, text: string): string {
  const word = text.slice(start, end)
  const [, variable] = /\$\{?(\w+)/.exec(word) ?? []
  if (variable === undefined) return word
  const set = new RegExp(`\\b${variable}[ \\t]*=([^\\n]*)`).exec(text)?.[1] ?? ''
  return `${word} ${set}`
}

function rootName({ detection }: Clone): string {
  return posix.basename(detection.root.replaceAll('\\', '/'))
}

/**
 * Whether a folder of this name is the clone, which may be called otherwise here: not one that lies beside it, is of
 * another release by its name, or of another repository, as `yolov5-face` is.
 */
function namesClone(name: string, clone: Clone, others?: ReadonlySet<string>): boolean {
  if (others?.has(name)) return false
  if (name === rootName(clone)) return true
  const known = /^yolov5(?:-(?:v?(\d[\w.]*)|master|main))?$/i.exec(name)
  if (known === null || clone.has(`../${name}`)) return false
  return known[1] === undefined || !isOtherRelease(`v${known[1]}`, clone.detection.release)
}

/** What follows the script's own folder; its `..` end at the root, since that is where scripts want to be. */
function belowOwn(path: string): string {
  const rest = path.replace(/^(?:\$~dp0|\$Split-Path|\$\{[^}]*\}|\$\([^()]*\)|\$\w+%?)?\/*/i, '')
  return posix.normalize(rest).replace(/^(?:\.\.?(?:\/|$))+/, '')
}

/** Goes to a folder, as a `cd` to it does. */
export function enter(cwd: Cwd, path: string, clone: Clone): void {
  const word = (text: string): Word => ({ text, start: 0, end: 0, open: false, quoted: false })
  follower(cwd, '', clone)([word('cd'), word(path)])
}

/**
 * Follows `cd`, `pushd` and `popd` from command to command, in a shell and its subshells.
 *
 * @param cwd what is kept up to date
 * @param text that the commands stand in
 * @returns takes the next command, and says whether it was one of these
 */
export function follower(
  cwd: Cwd,
  text: string,
  clone: Clone,
): (words: readonly Word[]) => boolean {
  const subshells: Cwd[] = []
  const pushed: Cwd[] = []
  const here = (): Cwd => ({ folder: cwd.folder, home: cwd.home })
  let before = here()
  return (words) => {
    const [first] = words
    const name = first?.quoted === false ? first.text : ''
    if (name === '(') subshells.push(here())
    else if (name === ')') Object.assign(cwd, subshells.pop())
    else if (POP.test(name)) Object.assign(cwd, pushed.pop())
    const other = otherClone(words, clone.detection.release, rootName(clone))
    if (other !== undefined) cwd.others?.add(other)
    if (!CD.test(name) && !PUSH.test(name)) return false
    const target = words.find((word, at) => at > 0 && !/^-./.test(word.text))
    const written = target === undefined ? '' : writtenWith(target, text)
    const left = here()
    if (PUSH.test(name)) pushed.push(left)
    const away = { folder: folderOf(target, written, cwd, clone), home: undefined }
    Object.assign(cwd, written === '-' ? before : away)
    before = left
    return true
  }
}
