import { bracketed, keyword, parameters, stringValue } from './python'
import type { Sources } from './sources'

const LOGGERS = 'utils/loggers/__init__.py'

/** `ni` → ni, `opt.sync_bn` → sync_bn, `epoch=epoch` → epoch; undefined for a computed value. */
function argumentName(argument: string): string | undefined {
  const { name, value } = keyword(argument)
  if (name !== undefined) return name
  return /^(?:\w+\.)*([A-Za-z_]\w*)$/.exec(value)?.[1]
}

/**
 * Arguments of each callback that train.py runs, in the order of the call. The call decides the order; where
 * an argument is computed, the name is the one that the release's own logger gives to it.
 */
export function callbackArguments(sources: Sources): Readonly<Record<string, readonly string[]>> {
  const code = sources.code('train.py')
  const loggers = sources.code(LOGGERS)
  const found: Record<string, readonly string[]> = {}
  for (const match of code.matchAll(/\bcallbacks\.run\s*\(/g)) {
    const [event, ...args] = bracketed(code, match.index + match[0].length - 1)
    const name = event === undefined ? undefined : stringValue(event)
    if (name === undefined || name in found) continue
    const declared = parameters(loggers, name) ?? []
    found[name] = args.map((arg, at) => argumentName(arg) ?? declared[at] ?? `arg${at}`)
  }
  return found
}
