import * as l10n from '@vscode/l10n'
import type { Argument, HelpConfiguration, Option } from 'commander'
import { displayWidth, wrapText } from '../runs/format/width'

/** What Commander itself says in a help, in the person's language, and its columns where characters are wide. */
export function helpWords(): HelpConfiguration {
  return {
    displayWidth,
    boxWrap: wrapText,
    styleTitle: heading,
    styleUsage: placeholders,
    styleSubcommandTerm: placeholders,
    optionDescription,
    argumentDescription: ({ description, defaultValue }: Argument) =>
      withFacts(description, presetFact(defaultValue)),
  }
}

function placeholders(usage: string): string {
  return usage.replace('[options]', l10n.t('[options]')).replace('[command]', l10n.t('[command]'))
}

function heading(title: string): string {
  switch (title) {
    case 'Usage:':
      return l10n.t('Usage:')
    case 'Arguments:':
      return l10n.t('Arguments:')
    case 'Options:':
      return l10n.t('Options:')
    case 'Commands:':
      return l10n.t('Commands:')
    default:
      return title
  }
}

function optionDescription(option: Option): string {
  const { argChoices, defaultValue, description, required, optional } = option
  // Of a flag without a value the default says nothing.
  const preset = required || optional ? presetFact(defaultValue) : []
  const facts = argChoices
    ? [l10n.t('choices: {0}', argChoices.map((choice) => JSON.stringify(choice)).join(', '))]
    : []
  return withFacts(description, [...facts, ...preset])
}

function presetFact(value: unknown): string[] {
  return value === undefined ? [] : [l10n.t('default: {0}', JSON.stringify(value))]
}

function withFacts(description: string, facts: readonly string[]): string {
  if (facts.length === 0) return description
  return (description + l10n.t(' ({0})', facts.join(l10n.t(', ')))).trimStart()
}
