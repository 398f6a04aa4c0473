/** Answers by question key, as typed. */
export type Answers = Readonly<Record<string, string>>

export type Choice = { readonly value: string; readonly description?: string }

/** One line of a stage's form. */
export type Question = {
  readonly key: string
  /** Flag that carries the answer; without one the answer is split into arguments of its own. */
  readonly flag?: string
  readonly label: string
  readonly prompt: string
  readonly initial: string
  /** Taken instead of a remembered answer when it has changed since, e.g. the newest run's checkpoint. */
  readonly suggested?: string
  /** Answers to choose from; anything else can be typed. */
  readonly choices?: readonly Choice[]
  /** File name endings for a file dialog, without a dot. */
  readonly browse?: readonly string[]
  /** Shown for an empty answer. */
  readonly empty?: string
  /** An empty answer means something else than no flag: `--weights ""` is training from scratch. */
  readonly passEmpty?: true
  /** What is wrong with an answer; undefined when nothing is. */
  readonly validate: (value: string) => string | undefined
}

const suggestionOf = (key: string) => `${key}@suggested`

/** What a form starts with: remembered answers, else those of other stages, else the defaults. */
export function initialAnswers(
  questions: readonly Question[],
  own: Answers,
  shared: Answers,
): Answers {
  return Object.fromEntries(
    questions.map(({ key, initial, suggested }) => {
      const fresh = suggested !== undefined && suggested !== own[suggestionOf(key)]
      return [key, fresh ? suggested : (own[key] ?? suggested ?? shared[key] ?? initial)]
    }),
  )
}

/** What is remembered: the answers, and the suggestions they were given in view of. */
export function answersToRemember(questions: readonly Question[], answers: Answers): Answers {
  const suggestions = questions.flatMap(({ key, suggested }) =>
    suggested === undefined ? [] : [[suggestionOf(key), suggested] as const],
  )
  return { ...answers, ...Object.fromEntries(suggestions) }
}

/** The command line of a form; most empty answers leave the choice to the stage. */
export function toArguments(questions: readonly Question[], answers: Answers): readonly string[] {
  return questions.flatMap(({ key, flag, passEmpty }) => {
    const value = (answers[key] ?? '').trim()
    if (value === '' && !passEmpty) return []
    return flag === undefined ? splitArguments(value) : [flag, value]
  })
}

/** Splits as a shell would: blanks separate, quotes keep together. */
export function splitArguments(text: string): readonly string[] {
  const words = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}
