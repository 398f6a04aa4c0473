import * as l10n from '@vscode/l10n'
import { type QuickPickItem, Uri, window } from 'vscode'
import type { Answers, Question } from './question'

type FormItem = QuickPickItem & { readonly question?: Question }

/**
 * Asks what is missing, then shows every answer with a way to change it, and starts on Enter.
 *
 * @returns the answers; undefined when the user backed out
 */
export async function fillForm(
  title: string,
  startLabel: string,
  questions: readonly Question[],
  initial: Answers,
  folder: string,
): Promise<Answers | undefined> {
  let answers = initial
  const put = async (question: Question): Promise<boolean> => {
    const answer = await ask(title, question, answers[question.key] ?? '', folder)
    if (answer === undefined) return false
    answers = { ...answers, [question.key]: answer.trim() }
    return true
  }
  for (const question of questions) {
    while (question.validate(answers[question.key] ?? '') !== undefined) {
      if (!(await put(question))) return undefined
    }
  }
  for (;;) {
    const items: FormItem[] = [
      { label: `$(play) ${startLabel}` },
      ...questions.map((question) => ({
        label: `$(edit) ${question.label}`,
        description: answers[question.key] || question.empty || '',
        question,
      })),
    ]
    const placeHolder = l10n.t('Enter starts it; choose a line to change it')
    const picked = await window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true })
    if (!picked) return undefined
    if (!picked.question) return answers
    await put(picked.question)
  }
}

function ask(
  title: string,
  question: Question,
  value: string,
  folder: string,
): Promise<string | undefined> {
  return question.choices || question.browse
    ? choose(title, question, value, folder)
    : type(title, question, value)
}

async function type(title: string, question: Question, value: string): Promise<string | undefined> {
  return window.showInputBox({
    title: `${title}: ${question.label}`,
    prompt: question.prompt,
    value,
    ignoreFocusOut: true,
    validateInput: question.validate,
    ...(question.empty === undefined ? {} : { placeHolder: question.empty }),
  })
}

async function choose(
  title: string,
  question: Question,
  value: string,
  folder: string,
): Promise<string | undefined> {
  const typed = { label: `$(edit) ${l10n.t('Type a path…')}` }
  const browsed = { label: `$(folder-opened) ${l10n.t('Browse…')}` }
  const none = { label: `$(circle-slash) ${question.empty}` }
  const known = question.choices ?? []
  const current = known.filter((choice) => choice.value === value)
  const choices = [...current, ...known.filter((choice) => choice.value !== value)].map(
    ({ value: label, description }) => ({
      label,
      description: [label === value ? l10n.t('current') : '', description]
        .filter(Boolean)
        .join(' · '),
    }),
  )
  const items: QuickPickItem[] = [
    ...choices,
    typed,
    browsed,
    ...(question.empty === undefined ? [] : [none]),
  ]
  const picked = await window.showQuickPick(items, {
    title: `${title}: ${question.label}`,
    placeHolder: question.prompt,
    ignoreFocusOut: true,
  })
  if (picked === typed) return type(title, question, value)
  if (picked === browsed) return browse(question, folder)
  return picked === none ? '' : picked?.label
}

async function browse(question: Question, folder: string): Promise<string | undefined> {
  const [file] =
    (await window.showOpenDialog({
      title: question.prompt,
      defaultUri: Uri.file(folder),
      filters: { [question.label]: [...(question.browse ?? [])] },
    })) ?? []
  if (!file) return undefined
  const complaint = question.validate(file.fsPath)
  if (complaint === undefined) return file.fsPath
  await window.showWarningMessage(complaint)
  return undefined
}
