import fs from 'node:fs'
import { join } from 'node:path'
import { scanFlagsOfCode } from '../yolov5/argparse'
import { codeOnly, moduleLevel } from '../yolov5/python'
import type { Detection, ScriptFlag } from '../yolov5/release'
import { readSource } from '../yolov5/sources'

/** What the checks ask of a checkout. Everything is read when it is first asked for, and once. */
export type Clone = {
  readonly detection: Detection
  /** A file or folder, relative to the root with forward slashes. */
  readonly has: (path: string) => boolean
  /** Names in a folder, sorted; empty where there is none. */
  readonly list: (folder: string) => readonly string[]
  /** Text of a source file with `\n` line endings; empty when missing, unreadable or over 1 MB. */
  readonly text: (path: string) => string
  /** The same without comments and docstrings. */
  readonly code: (path: string) => string
  /** The same without what is inside functions and classes. */
  readonly moduleCode: (path: string) => string
  /** Flags of a script; undefined where the script is missing or takes any flag. */
  readonly flags: (script: string) => readonly ScriptFlag[] | undefined
}

function once<T>(read: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>()
  return (path) => {
    const found = known.get(path)
    if (found !== undefined || known.has(path)) return found as T
    const value = read(path)
    known.set(path, value)
    return value
  }
}

/** A view of the checkout as it is now; make another when its files change. */
export function cloneOf(detection: Detection): Clone {
  const at = (path: string): string => join(detection.root, path)
  const text = once((path) => readSource(at(path)) ?? '')
  const code = once((path) => codeOnly(text(path)))
  return {
    detection,
    has: once((path) => fs.existsSync(at(path))),
    list: once((folder) => {
      try {
        return fs.readdirSync(at(folder)).sort()
      } catch {
        return []
      }
    }),
    text,
    code,
    moduleCode: once((path) => moduleLevel(code(path))),
    flags: once((script) => {
      const source = code(script)
      // A script that ignores what it does not know can't be given a wrong flag.
      const lenient = /\.parse_known_args\(/.test(source) && !/\.parse_args\(/.test(source)
      const flags = source === '' || lenient ? [] : scanFlagsOfCode(source)
      return flags.length === 0 ? undefined : flags
    }),
  }
}
