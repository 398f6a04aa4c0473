import { memoryKeys } from '../contributions'
import { type Field, initialValues, type Values, valuesToRemember } from './field'
import type { FormStage } from './stage'
import { sharedKeys } from './stageFields'

/** The part of `vscode.Memento` that is used. */
export type Store = {
  get<T>(key: string): T | undefined
  update(key: string, value: unknown): PromiseLike<void>
}

type Remembered = Readonly<Partial<Record<FormStage | 'shared', Values>>>

/** Values of the forms, remembered for each workspace and stage. */
export class FormMemory {
  constructor(private readonly store: Store) {}

  recall(stage: FormStage, fields: readonly Field[]): Values {
    const remembered = this.remembered()
    return initialValues(fields, remembered[stage] ?? {}, remembered.shared ?? {})
  }

  async remember(stage: FormStage, fields: readonly Field[], values: Values): Promise<void> {
    const remembered = this.remembered()
    const shared = fields.filter(({ key }) => sharedKeys.some((one) => one === key))
    await this.store.update(memoryKeys.answers, {
      ...remembered,
      [stage]: valuesToRemember(fields, values),
      shared: { ...remembered.shared, ...valuesToRemember(shared, values) },
    })
  }

  private remembered(): Remembered {
    return this.store.get<Remembered>(memoryKeys.answers) ?? {}
  }
}
