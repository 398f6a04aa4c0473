import * as l10n from '@vscode/l10n'
import type { Engine } from '../../engines/prepareStage'
import { slimLine } from '../../runs/format/shellLine'
import { type RunSnapshot, readRun } from '../../runs/snapshot'
import type { ToPage } from '../webview/contract'
import { formCandidates, within } from './candidates'
import { newSetting, typedForAll, typedForRun } from './carried'
import { checkForm } from './check'
import { type Typed, valuesOf } from './commandLine'
import type { FormContract, FormState } from './contract'
import { Facts, type Place } from './facts'
import { type Choice, type Field, initialValues, type Values } from './field'
import { fixOf } from './fixes'
import { scriptFlags } from './flagCheck'
import type { FormMemory } from './memory'
import { parentRuns, prefill } from './parents'
import { chooseEngine, type Readiness } from './readiness'
import { type FormStage, formStageName } from './stage'
import { stageFields } from './stageFields'
import { fieldView, formWords, parentViews, stageViews } from './view'

/** What a form needs of the editor. */
export type FormSources = {
  readonly memory: FormMemory
  readonly place: (root: string) => Promise<Place>
  readonly runs: (root: string) => Promise<readonly RunSnapshot[]>
  readonly readiness: (place: Place) => Promise<Readiness>
  /** A model yaml for folders that have none. */
  readonly sampleModel: string
  readonly settings: (root: string) => { readonly engine: Engine; readonly queue: boolean }
}

/** What a form is opened with. */
export type FormStart = {
  /** The run to go on from. */
  readonly runDir?: string | undefined
  readonly values?: Values | undefined
  /** What was typed for a run that is to be done again. */
  readonly again?: Typed | undefined
}

/** A stage as the form has it, ready to be started. */
export type FormOrder = {
  readonly stage: FormStage
  readonly place: Place
  readonly values: Values
  /** After the program's name. */
  readonly words: readonly string[]
}

type Shown = {
  readonly state: FormState
  readonly place: Place
  readonly fields: readonly Field[]
  readonly runs: readonly RunSnapshot[]
  /** Asking Python takes a moment, for which the fields do not wait. */
  readonly readiness: Promise<Readiness>
}

/** One form: what it shows, and what it says of what is typed. Knows no editor. */
export class FormSession {
  readonly #facts = new Facts()
  #shown: Shown | undefined
  /** Number of what was checked last, by which the page knows an answer. */
  #checked = 0
  /** What is to be shown next: gathering it takes a moment, in which something else may be asked for. */
  #coming: (() => Promise<Shown>) | undefined

  constructor(
    private readonly sources: FormSources,
    private readonly post: (message: ToPage<FormContract>) => void,
  ) {}

  get state(): FormState | undefined {
    return this.#shown?.state
  }

  /**
   * Fills the form in: from what is remembered and the run to go on from, or from what was typed for another run; then
   * with what the caller wants.
   */
  async open(stage: FormStage, root: string, from: FormStart = {}): Promise<void> {
    await this.#replace(async () => {
      const { fields, ...rest } = await this.#gather(stage, root, from.runDir)
      const { place, runs } = rest
      const run = runs.find(({ runDir }) => runDir === from.runDir)
      const given = from.values ?? {}
      const before = from.again
        ? valuesOf(from.again, fields, scriptFlags({ stage, place }), root, Object.keys(given))
        : {
            ...this.sources.memory.recall(stage, fields),
            ...(run ? prefill(stage, run, runs, root) : {}),
          }
      const values = { ...before, ...given }
      return { ...rest, fields, state: { stage, root, parent: run?.runDir ?? '', values } }
    })
  }

  /** The form as it was, after a reload. */
  async restore(state: FormState): Promise<void> {
    const { stage, root, parent } = state
    await this.#replace(async () => ({ ...(await this.#gather(stage, root, parent)), state }))
  }

  /** The values that hold where nothing is remembered. */
  async reset({ stage, root, parent }: FormState): Promise<void> {
    await this.#replace(async () => {
      const { fields, ...rest } = await this.#gather(stage, root, parent)
      const run = rest.runs.find(({ runDir }) => runDir === parent)
      const values = {
        ...initialValues(fields, {}, {}),
        ...(run ? prefill(stage, run, rest.runs, root) : {}),
      }
      return { ...rest, fields, state: { stage, root, parent, values } }
    })
  }

  /** Another stage, or another run to go on from, was chosen. */
  async change(what: 'stage' | 'parent', state: FormState): Promise<void> {
    const { stage, root, parent, values } = state
    const { memory } = this.sources
    const shown = this.#shown
    if (what === 'stage' && shown) {
      // Back before the other stage was there.
      if (isOf(shown, state)) return this.restore(state)
      const before = memory.recall(shown.state.stage, shown.fields)
      return this.open(stage, root, { values: typedForAll(values, before) })
    }
    await this.open(
      stage,
      root,
      parent === '' ? { values } : { runDir: parent, values: typedForRun(values) },
    )
  }

  /** Sends the form again, as to a page made anew. */
  async repeat(): Promise<void> {
    if (this.#shown) await this.#show(this.#shown)
  }

  /** Takes note of what is typed; of a form that is shown no more it counts nothing. */
  edit(state: FormState): void {
    if (this.#shown && isOf(this.#shown, state)) this.#shown = { ...this.#shown, state }
  }

  /** Checks what is typed, and tells the page. */
  async report(number: number, state: FormState): Promise<void> {
    await this.#check(number, state)
  }

  /** Checks once more what was checked last: files may have changed since. */
  async recheck(): Promise<void> {
    this.#facts.forget()
    if (this.#shown) await this.#check(this.#checked, this.#shown.state)
  }

  /** Looks at Python and the settings again, as after another one was chosen. */
  async refresh(): Promise<void> {
    if (this.#coming) return this.#replace(this.#coming)
    const before = this.#shown
    if (!before) return
    const { stage, root, parent } = before.state
    await this.#replace(async () => {
      const gathered = await this.#gather(stage, root, parent)
      // What was typed meanwhile stays.
      const { state } = this.#shown ?? before
      const values = {
        ...state.values,
        ...newSetting(state.values, before.fields, gathered.fields),
      }
      return { ...gathered, state: { ...state, values } }
    })
  }

  /** What is to be started; undefined where an error keeps it from that, which the page is told. */
  async order(number: number, state: FormState): Promise<FormOrder | undefined> {
    const checked = await this.#check(number, state)
    if (!checked || checked.findings.some(({ severity }) => severity === 'error')) return undefined
    const { stage, values } = state
    const { place, fields, words } = checked
    await this.sources.memory.remember(stage, fields, values)
    return { stage, place, values, words }
  }

  /** A path as the form writes it. */
  written(path: string): string {
    return within(this.#shown?.state.root ?? '', path)
  }

  field(key: string): Field | undefined {
    return this.#shown?.fields.find((field) => field.key === key)
  }

  async #check(number: number, state: FormState) {
    const shown = this.#shown
    if (!shown || !isOf(shown, state)) return undefined
    const { place, fields } = shown
    const { stage, values } = state
    this.#shown = { ...shown, state }
    this.#checked = number
    const readiness = await shown.readiness
    const words = this.#words(state, shown, readiness)
    const request = { stage, fields, values, place, readiness, facts: this.#facts }
    const findings = await checkForm(request)
    // A form that came meanwhile has findings of its own, under the same numbers.
    if (this.#shown?.fields === fields) {
      const told = findings.map((one) => ({ ...one, fix: fixOf(one.code)?.label ?? '' }))
      this.post({ type: 'report', number, command: slimLine(words), findings: told })
    }
    return { place, fields, words, findings }
  }

  #words(
    { stage, values, root }: FormState,
    { fields, place }: Shown,
    readiness: Readiness,
  ): readonly string[] {
    if (stage === 'prune') return formWords(stage, fields, values, [])
    const { words } = chooseEngine(values.engine ?? 'auto', place.hasCheckout, readiness)
    const queue = this.sources.settings(root).queue ? ['--queue'] : []
    return [...formWords(stage, fields, values, words), ...queue]
  }

  /** Shows what is gathered, unless by then something else is to be shown. */
  async #replace(gather: () => Promise<Shown>): Promise<void> {
    // A function of its own each time, since `refresh` gathers the same once more.
    const coming = () => gather()
    this.#coming = coming
    try {
      const shown = await coming()
      if (this.#coming !== coming) return
      this.#coming = undefined
      await this.#show(shown)
    } finally {
      if (this.#coming === coming) this.#coming = undefined
    }
  }

  async #gather(
    stage: FormStage,
    root: string,
    parent: string | undefined,
  ): Promise<Omit<Shown, 'state'>> {
    const [place, runs] = await Promise.all([this.sources.place(root), this.#runs(root, parent)])
    const readiness = this.sources.readiness(place)
    const candidates = await formCandidates(stage, root, runs)
    const fields = stageFields(stage, {
      ...candidates,
      ...(place.hasCheckout ? {} : { models: [...candidates.models, this.#sampleModel()] }),
      flags: scriptFlags({ stage, place }),
      engine: this.sources.settings(root).engine,
      hasCheckout: place.hasCheckout,
    })
    return { place, runs, readiness, fields }
  }

  /** The runs of a folder, and the one to go on from, which may lie elsewhere: `--project ../runs`. */
  async #runs(root: string, parent = ''): Promise<readonly RunSnapshot[]> {
    const runs = await this.sources.runs(root)
    if (parent === '' || runs.some(({ runDir }) => runDir === parent)) return runs
    const other = await readRun(parent).catch(() => undefined)
    return other ? [...runs, other] : runs
  }

  #sampleModel(): Choice {
    return { value: this.sources.sampleModel, description: l10n.t('YOLOv5n, of the extension') }
  }

  async #show(shown: Shown): Promise<void> {
    this.#shown = shown
    const { state, place, fields, runs } = shown
    const { stage, root } = state
    this.post({
      ...{ type: 'form', state, title: formStageName(stage) },
      place: place.hasCheckout
        ? l10n.t('YOLOv5 {0} in {1}', place.detection.release, root)
        : l10n.t('{0}, without YOLOv5', root),
      stages: stageViews(),
      parents: parentViews(parentRuns(stage, runs)),
      fields: fields.map(fieldView),
      startLabel: stage === 'prune' ? l10n.t('Open the preview') : l10n.t('Start'),
    })
    await this.report(0, state)
  }
}

const isOf = (shown: Shown, { stage, root }: FormState): boolean =>
  shown.state.stage === stage && shown.state.root === root
