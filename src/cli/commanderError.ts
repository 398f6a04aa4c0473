import * as l10n from '@vscode/l10n'
import type { CommanderError } from 'commander'
import { usageError } from './errors'

const whats: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'unknown-flag',
  'commander.unknownCommand': 'unknown-command',
  'commander.missingArgument': 'missing-argument',
  'commander.optionMissingArgument': 'missing-value',
  'commander.invalidArgument': 'bad-value',
  'commander.excessArguments': 'unexpected-argument',
  'commander.help': 'missing-command',
}

/** Commander's complaint as ours; undefined for its way of saying that help or the version was printed. */
export function commanderError(error: CommanderError): Error | undefined {
  if (error.exitCode === 0) return undefined
  const [text = '', hint = ''] = error.message.replace(/^error: /, '').split('\n')
  const { message, remedy } = complaint(error.code, text)
  return usageError(
    whats[error.code] ?? 'usage',
    message,
    remedy ??
      guessed(hint) ??
      l10n.t('"yolov5-slim --help" lists the commands, and "--help" after one its flags.'),
  )
}

/** What is wrong, and what to do where the complaint says that too. */
type Complaint = { readonly message: string; readonly remedy?: string }

/** Commander speaks English only and gives the names within its sentence; one that we do not know stays as it is. */
function complaint(code: string, text: string): Complaint {
  const [, ...parts] = (patterns[code] ?? /$^/).exec(text) ?? []
  const [first = '', second = '', third = ''] = parts
  if (code === 'commander.help') return { message: l10n.t('The command is not complete.') }
  if (parts.length === 0) return { message: sentence(text) }
  switch (code) {
    case 'commander.unknownOption':
      return { message: l10n.t("Unknown option '{0}'.", first) }
    case 'commander.unknownCommand':
      return { message: l10n.t("Unknown command '{0}'.", first) }
    case 'commander.missingArgument':
      return { message: l10n.t("Missing required argument '{0}'.", first) }
    case 'commander.optionMissingArgument':
      return { message: l10n.t("Option '{0}' argument missing.", first) }
    case 'commander.excessArguments':
      return {
        message: l10n.t("Too many arguments for '{0}': {1} expected, {2} given.", ...parts),
      }
    default:
      // The last part is what our own parser of the value, or Commander's of choices, says.
      return {
        message: l10n.t("Option '{0}' argument '{1}' is invalid.", first, second),
        remedy: choices(third),
      }
  }
}

const patterns: Readonly<Record<string, RegExp>> = {
  'commander.unknownOption': /^unknown option '(.+)'$/,
  'commander.unknownCommand': /^unknown command '(.+)'$/,
  'commander.missingArgument': /^missing required argument '(.+)'$/,
  'commander.optionMissingArgument': /^option '(.+)' argument missing$/,
  'commander.excessArguments':
    /^too many arguments for '(.+)'\. Expected (\d+) arguments? but got (\d+)\.$/,
  'commander.invalidArgument': /^option '(.+?)' argument '(.*)' is invalid\. (.+)$/s,
}

function choices(text: string): string {
  const names = /^Allowed choices are (.+)\.$/.exec(text)?.[1]
  return names === undefined ? text : l10n.t('Choose one of {0}.', names)
}

function guessed(hint: string): string | undefined {
  const [, several, names] = /^\(Did you mean (one of )?(.+)\?\)$/.exec(hint.trim()) ?? []
  if (names === undefined) return undefined
  return several ? l10n.t('Did you mean one of {0}?', names) : l10n.t('Did you mean {0}?', names)
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, '.')}`
}
