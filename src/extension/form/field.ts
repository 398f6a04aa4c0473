import type { Stage } from '../../runs/manifest'

/** Values by field key, as typed. A switch is `true` or empty. */
export type Values = Readonly<Record<string, string>>

export type Choice = {
  readonly value: string
  readonly description?: string
  /** Of the run that left it, for a checkpoint. */
  readonly stage?: Stage
}

export type Control =
  | { readonly kind: 'text'; readonly choices?: readonly Choice[] }
  /** A path; `endings` are those of a file dialog, without a dot. */
  | {
      readonly kind: 'file'
      readonly endings: readonly string[]
      readonly choices: readonly Choice[]
    }
  | { readonly kind: 'choice'; readonly choices: readonly Choice[] }
  | { readonly kind: 'switch' }

/** One field of a stage's form. */
export type Field = {
  readonly key: string
  /** Flag that carries the value; without one the value is split into arguments of its own. */
  readonly flag?: string
  readonly label: string
  readonly hint: string
  readonly control: Control
  readonly initial: string
  /** Taken instead of a remembered value when it has changed since, e.g. the newest run's checkpoint. */
  readonly suggested?: string
  /** What an empty value means. */
  readonly empty?: string
  /** An empty value means something else than no flag: `--weights ""` is training from scratch. */
  readonly passEmpty?: true
  /** A value that is the same as no flag. */
  readonly silent?: string
  /** Several values, each a word of its own after the flag. */
  readonly spread?: true
  /** Folded away with the other flags that few need. */
  readonly advanced?: true
  /** What is wrong with a value; undefined when nothing is. */
  readonly validate: (value: string) => string | undefined
}

const suggestionOf = (key: string) => `${key}@suggested`

/**
 * What a form starts with: remembered values, else those of other stages, else the defaults. An answer to another
 * suggestion than today's counts no more.
 */
export function initialValues(fields: readonly Field[], own: Values, shared: Values): Values {
  return Object.fromEntries(
    fields.map(({ key, initial, suggested }) => {
      const answers = [own, shared].filter(
        (from) => suggested === undefined || suggested === from[suggestionOf(key)],
      )
      const answer = answers.find((from) => from[key] !== undefined)?.[key]
      return [key, answer ?? suggested ?? initial]
    }),
  )
}

/** What is remembered: the values, and the suggestions they were given in view of. */
export function valuesToRemember(fields: readonly Field[], values: Values): Values {
  const suggestions = fields.flatMap(({ key, suggested }) =>
    suggested === undefined ? [] : [[suggestionOf(key), suggested] as const],
  )
  const own = fields.map(({ key }) => [key, values[key] ?? ''] as const)
  return { ...Object.fromEntries(own), ...Object.fromEntries(suggestions) }
}

/** The command line of a form; most empty values leave the choice to the stage. */
export function toArguments(fields: readonly Field[], values: Values): readonly string[] {
  return fields.flatMap(({ key, flag, passEmpty, silent, control, spread }) => {
    const value = (values[key] ?? '').trim()
    if (control.kind === 'switch') return value === 'true' && flag !== undefined ? [flag] : []
    if ((value === '' && !passEmpty) || value === silent) return []
    if (flag === undefined) return splitArguments(value)
    return [flag, ...(spread ? splitArguments(value) : [value])]
  })
}

/** Words as `splitArguments` reads them back. */
export function joinArguments(words: readonly string[]): string {
  return words.map(quoted).join(' ')
}

function quoted(word: string): string {
  if (/^[^\s"']+$/.test(word)) return word
  return word.includes('"') ? `'${word.replaceAll("'", `'"'"'`)}'` : `"${word}"`
}

/** Splits as a shell would: blanks separate, quotes keep together. */
export function splitArguments(text: string): readonly string[] {
  const words = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}
