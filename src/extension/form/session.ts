import * as l10n from '@vscode/l10n'
import type { Engine } from '../../engines/prepareStage'
import { slimLine } from '../../runs/format/shellLine'
import type { RunSnapshot } from '../../runs/snapshot'
import type { ToPage } from '../webview/contract'
import { formCandidates, within } from './candidates'
import { checkForm } from './check'
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

  constructor(
    private readonly sources: FormSources,
    private readonly post: (message: ToPage<FormContract>) => void,
  ) {}

  get state(): FormState | undefined {
    return this.#shown?.state
  }

  /** Fills the form in: from what is remembered, the run to go on from, and what the caller wants. */
  async open(
    stage: FormStage,
    root: string,
    from: { readonly runDir?: string; readonly values?: Values } = {},
  ): Promise<void> {
    const { fields, ...rest } = await this.#gather(stage, root)
    const run = rest.runs.find(({ runDir }) => runDir === from.runDir)
    const values = {
      ...this.sources.memory.recall(stage, fields),
      ...(run ? prefill(stage, run, rest.runs, root) : {}),
      ...from.values,
    }
    await this.#show({ ...rest, fields, state: { stage, root, parent: run?.runDir ?? '', values } })
  }

  /** The form as it was, after a reload. */
  async restore(state: FormState): Promise<void> {
    await this.#show({ ...(await this.#gather(state.stage, state.root)), state })
  }

  /** The values that hold where nothing is remembered. */
  async reset({ stage, root, parent }: FormState): Promise<void> {
    const { fields, ...rest } = await this.#gather(stage, root)
    const run = rest.runs.find(({ runDir }) => runDir === parent)
    const values = {
      ...initialValues(fields, {}, {}),
      ...(run ? prefill(stage, run, rest.runs, root) : {}),
    }
    await this.#show({ ...rest, fields, state: { stage, root, parent, values } })
  }

  /** Another stage, or another run to go on from, was chosen. */
  async change(what: 'stage' | 'parent', state: FormState): Promise<void> {
    const { stage, root, parent, values } = state
    if (what === 'stage') return this.open(stage, root)
    await this.open(
      stage,
      root,
      parent === '' ? { values } : { runDir: parent, values: keep(values) },
    )
  }

  /** Sends the form again, as to a page made anew. */
  async repeat(): Promise<void> {
    if (this.#shown) await this.#show(this.#shown)
  }

  /** Checks what is typed, and tells the page. */
  async report(number: number, state: FormState): Promise<void> {
    await this.#check(number, state)
  }

  /** Looks at Python again, as after another one was chosen. */
  async refresh(): Promise<void> {
    if (this.#shown) await this.restore(this.#shown.state)
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
    if (!shown) return undefined
    const { place, fields } = shown
    const { stage, values } = state
    this.#shown = { ...shown, state }
    const readiness = await shown.readiness
    const words = this.#words(state, shown, readiness)
    const request = { stage, fields, values, place, readiness, facts: this.#facts }
    const findings = await checkForm(request)
    this.post({
      ...{ type: 'report', number, command: slimLine(words) },
      findings: findings.map((finding) => ({ ...finding, fix: fixOf(finding.code)?.label ?? '' })),
    })
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

  async #gather(stage: FormStage, root: string): Promise<Omit<Shown, 'state'>> {
    const [place, runs] = await Promise.all([this.sources.place(root), this.sources.runs(root)])
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

/** What a person typed for this run stays, what comes from the run it goes on from does not. */
function keep({ weights: _w, data: _d, cfg: _c, imgsz: _i, batch: _b, ...rest }: Values): Values {
  return rest
}
