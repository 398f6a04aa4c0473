import * as l10n from '@vscode/l10n'
import { asSlimError, SlimError } from '../../core/errors'
import { findPython, preflight, requireReady } from '../../engines/pytorch/python'

/** Whether PyTorch can train in a checkout; `torch` is the version of the torch that is there. */
export type Readiness = { readonly torch?: string } & (
  | {
      readonly kind: 'ready'
      readonly text: string
      readonly python: string
      readonly named: boolean
    }
  | {
      readonly kind: 'missing'
      readonly error: SlimError
      /** The interpreter is someone's choice, by setting. */
      readonly named: boolean
    }
)

/** Asks the interpreter that would train; takes a tenth of a second. */
export async function readinessOf(
  checkout: string,
  settings: { readonly configured?: string; readonly active?: string },
): Promise<Readiness> {
  const { configured, active } = settings
  const named = configured !== undefined
  let torch: { readonly torch?: string } = {}
  try {
    const python = await findPython({
      cwd: checkout,
      ...(configured === undefined ? {} : { setting: configured }),
      ...(active === undefined ? {} : { active }),
    })
    const found = await preflight(python, { checkout })
    if (found.torch !== null) torch = { torch: found.torch.version }
    requireReady(found)
    const { executable, version } = found.python
    const text = l10n.t(
      'PyTorch {0} with Python {1}: {2}',
      found.torch?.version ?? '?',
      version,
      executable,
    )
    // What `python3` is depends on the shell: only that one needs not be spelled.
    const command = python.source === 'path' ? '' : python.command
    return { kind: 'ready', text, python: command, named, ...torch }
  } catch (error) {
    return { kind: 'missing', error: asSlimError(error), named, ...torch }
  }
}

/** Of a workspace whose interpreter is not asked, since asking starts it. */
export function untrusted(): Readiness {
  const error = new SlimError(
    'python/untrusted',
    l10n.t('This workspace is not trusted yet, so its Python was not looked at.'),
    l10n.t('Trust it with “Manage Workspace Trust”.'),
  )
  return { kind: 'missing', error, named: true }
}

/** The engine that would train, and words that make the command line say so wherever it is typed. */
export type EngineChoice = {
  readonly engine: 'pytorch' | 'builtin'
  readonly words: readonly string[]
}

/** What an engine's name comes to in a checkout, or without one. */
export function chooseEngine(
  asked: string,
  hasCheckout: boolean,
  readiness: Readiness,
): EngineChoice {
  if (!hasCheckout || asked === 'builtin') return { engine: 'builtin', words: [] }
  if (readiness.kind === 'ready') {
    const { python } = readiness
    return { engine: 'pytorch', words: python === '' ? [] : ['--python', python] }
  }
  // An interpreter that someone named is meant: no engine stands in for it.
  if (asked === 'pytorch' || readiness.named) return { engine: 'pytorch', words: [] }
  return { engine: 'builtin', words: ['--engine', 'builtin'] }
}
