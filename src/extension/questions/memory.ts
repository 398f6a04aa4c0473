import type { Stage } from '../../runs/manifest'
import { memoryKeys } from '../contributions'
import { type Answers, answersToRemember, initialAnswers, type Question } from './question'
import { sharedKeys } from './stages'

/** The part of `vscode.Memento` that is used. */
export type Store = {
  get<T>(key: string): T | undefined
  update(key: string, value: unknown): PromiseLike<void>
}

type Remembered = Readonly<Partial<Record<Stage | 'shared', Answers>>>

/** Answers of the forms, remembered for each workspace and stage. */
export class AnswerMemory {
  constructor(private readonly store: Store) {}

  recall(stage: Stage, questions: readonly Question[]): Answers {
    const remembered = this.remembered()
    return initialAnswers(questions, remembered[stage] ?? {}, remembered.shared ?? {})
  }

  async remember(stage: Stage, questions: readonly Question[], answers: Answers): Promise<void> {
    const remembered = this.remembered()
    const shared = sharedKeys.flatMap((key) => {
      const answer = answers[key]
      return answer === undefined ? [] : [[key, answer] as const]
    })
    await this.store.update(memoryKeys.answers, {
      ...remembered,
      [stage]: answersToRemember(questions, answers),
      shared: { ...remembered.shared, ...Object.fromEntries(shared) },
    })
  }

  private remembered(): Remembered {
    return this.store.get<Remembered>(memoryKeys.answers) ?? {}
  }
}
