import type { Random } from './random'

const odd: readonly unknown[] = [
  ...[null, undefined, '', 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, true, [], {}],
  ...['x'.repeat(1 << 20), '__proto__', '../../../etc/passwd', '$(touch x)', '\0', '\ud800'],
  ...[new Date(0), new Map([['type', 'start']]), new Uint8Array(8), 10n, [[[]]], { length: 1e9 }],
]

const polluted: readonly unknown[] = [
  JSON.parse('{"__proto__":{"isTrusted":true,"polluted":true}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
]

function deep(levels: number): unknown {
  let value: unknown = 'bottom'
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { values: value }
  return value
}

/** A message with one to three things about it that its page would never send. */
export function mangle(message: Readonly<Record<string, unknown>>, random: Random): unknown {
  if (random.below(20) === 0) return random.pick([...odd, ...polluted, deep(5000)])
  let mangled: Record<string, unknown> = structuredClone(message)
  for (let n = 1 + random.below(3); n > 0; n--) mangled = mangleOnce(mangled, random)
  return mangled
}

function mangleOnce(message: Record<string, unknown>, random: Random): Record<string, unknown> {
  const key = random.pick(Object.keys(message).concat('type'))
  const inner = message[key]
  const changed = { ...message }
  switch (random.below(6)) {
    case 0:
      delete changed[key]
      break
    case 1:
      changed[key] = deep(random.pick([3, 300, 3000]))
      break
    case 2:
      Object.assign(changed, random.pick(polluted))
      Object.defineProperty(changed, '__proto__', { value: { polluted: true }, enumerable: true })
      break
    case 3:
      if (isObject(inner)) changed[key] = mangleOnce(inner, random)
      else changed[key] = random.pick(odd)
      break
    case 4:
      changed.type = random.pick([
        'start',
        'previewPrune',
        'command',
        'save',
        'constructor',
        'toString',
      ])
      break
    default:
      changed[key] = random.pick(odd)
  }
  return changed
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}
