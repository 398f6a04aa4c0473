import * as l10n from '@vscode/l10n'
import { stageName } from '../../runs/format/names'
import type { RunSnapshot } from '../../runs/snapshot'
import type { FieldView } from './contract'
import { type Choice, type Field, toArguments, type Values } from './field'
import { type FormStage, formStageName, formStages } from './stage'

/** A field as the page shows it. */
export function fieldView({ key, label, hint, control, empty = '', advanced }: Field): FieldView {
  const choices = 'choices' in control ? (control.choices ?? []) : []
  return {
    ...{ key, label, hint, empty, advanced: advanced === true },
    control: control.kind,
    choices: choices.map((choice) => choiceView(choice, empty, control.kind === 'choice')),
  }
}

function choiceView({ value, description }: Choice, empty: string, named: boolean) {
  // In a list of paths the value is what one reads; in a list of choices what it means.
  const label = named ? (description ?? (value === '' ? empty : value)) : (description ?? '')
  return { value, label }
}

export function stageViews() {
  return formStages.map((stage) => ({ value: stage, label: formStageName(stage) }))
}

export function parentViews(runs: readonly RunSnapshot[]) {
  const none = { value: '', label: l10n.t('none') }
  return runs.length === 0
    ? []
    : [
        none,
        ...runs.map(({ runDir, name, manifest }) => ({
          value: runDir,
          label: `${name} (${stageName(manifest.stage)})`,
        })),
      ]
}

/** What a form stands for: the words after the program name. */
export function formWords(
  stage: FormStage,
  fields: readonly Field[],
  values: Values,
  extra: readonly string[],
): readonly string[] {
  const args = toArguments(fields, values)
  // What was typed among the other flags counts.
  const [flag = ''] = extra
  return [stage, ...args, ...(flag !== '' && args.includes(flag) ? [] : extra)]
}
