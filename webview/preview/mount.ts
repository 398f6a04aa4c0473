import * as l10n from '@vscode/l10n'
import type { RowNormsJson } from '../../src/core/slimming/graphJson'
import { isProblem, type Outcome, Preview, type Problem } from '../../src/core/slimming/preview'
import type {
  PreviewData,
  PreviewOptions,
  PreviewState,
} from '../../src/extension/preview/contract'
import type { SavedFile } from '../charts/save'
import { onThemeChange } from '../charts/theme'
import { element } from '../common/element'
import { Curve } from './curve'
import { keepingOf, withKept } from './keeping'
import { LayerList } from './layerList'
import { OptionsForm } from './optionsForm'
import { PruneBar } from './pruneBar'
import { setText, spokenOutcome, Totals } from './totals'
import { problemText, Warnings } from './warnings'

/** What a preview asks of the page that holds it. */
export type PreviewPorts = {
  /** Options were changed; for keeping them over a reload. */
  readonly onChange: (options: PreviewOptions) => void
  /** The norms of the filters are wanted: see `MountedPreview.setNorms`. */
  readonly onNorms: () => void
  readonly onPrune: (options: PreviewOptions) => void
  readonly onCopy: (text: string) => void
  /** Look at the pruned file, or go on with it. */
  readonly onOpen: (output: string) => void
  readonly onFinetune: (output: string) => void
  readonly onSave: (file: SavedFile) => void
}

export type MountedPreview = {
  /** Null where they could not be read. */
  setNorms(norms: RowNormsJson | null): void
  setState(state: PreviewState): void
  setLocked(reason: string | null): void
  dispose(): void
}

const speakAfterMs = 500

const noNorms = (): Problem => ({
  code: 'preview/no-norms',
  text: l10n.t('The filters of the checkpoint could not be read'),
  remedy: l10n.t('Choose the criterion gamma, or change an option to read them again.'),
})

/**
 * Puts a prune preview of one checkpoint into `container`: the controls, what they give, and every layer. Everything
 * is recomputed by the same code that prunes, at most once a frame.
 *
 * @throws RangeError where the data is not what the program gave
 */
export function mountPreview(
  container: HTMLElement,
  data: PreviewData,
  initial: PreviewOptions,
  ports: PreviewPorts,
): MountedPreview {
  let preview = new Preview(data.network)
  let options = initial
  let frame = 0
  let speaking: ReturnType<typeof setTimeout> | undefined
  let norms: 'none' | 'asked' | 'there' = 'none'

  const totals = new Totals()
  const warnings = new Warnings()
  const spoken = element('p', { class: 'unseen', role: 'status' })
  const results = element('div', { class: 'results' }, totals.root)
  const form = new OptionsForm(initial, (changed) => change({ ...changed, output: options.output }))
  const curve = new Curve((share) => {
    change({ ...options, amount: { kind: 'percent', percent: Number(share.toFixed(3)) } })
    form.show(options)
  }, ports.onSave)
  const layers = new LayerList(preview.graph, (layer, kept) => {
    change({ ...options, keep: withKept(options.keep, layer, kept) })
    form.show(options)
  })
  const bar = new PruneBar(data, initial, {
    ...ports,
    onOutput: (output) => change({ ...options, output }),
    onPrune: () => ports.onPrune(options),
  })
  const left = [form.root, results, curve.root, warnings.root, bar.root, spoken]
  const root = element(
    'section',
    { class: 'preview', 'aria-label': l10n.t('Prune preview') },
    element('div', { class: 'panel' }, ...left),
    layers.root,
  )
  container.replaceChildren(root)
  const endTheme = onThemeChange(() => curve.recolor())
  render()

  function change(changed: PreviewOptions): void {
    options = changed
    ports.onChange(options)
    if (frame === 0) frame = requestAnimationFrame(render)
  }

  function render(): void {
    frame = 0
    const { criterion, keep } = options
    layers.showKept(keepingOf(keep))
    bar.showOptions(options)
    if (criterion !== 'gamma' && norms !== 'there') {
      if (norms === 'none') ports.onNorms()
      norms = 'asked'
      root.classList.add('waiting')
      bar.setPossible(false)
      return
    }
    show(preview.outcome(options))
  }

  function show(outcome: Outcome | Problem): void {
    root.classList.remove('waiting')
    bar.setPossible(!isProblem(outcome))
    root.classList.toggle('impossible', isProblem(outcome))
    if (isProblem(outcome)) {
      warnings.showProblem(outcome)
      speakLater(problemText(outcome))
    } else showOutcome(outcome)
  }

  function showOutcome(outcome: Outcome): void {
    totals.show({ ...outcome, ...outcome.plan })
    curve.show(outcome, options.criterion === 'gamma' ? '|gamma|' : l10n.t('filter norm'))
    layers.show(outcome.plan.layers)
    warnings.show(outcome.plan.warnings)
    speakLater(spokenOutcome(outcome))
  }

  function speakLater(text: string): void {
    clearTimeout(speaking)
    speaking = setTimeout(() => setText(spoken, text), speakAfterMs)
  }

  return {
    setNorms: (known) => {
      if (!known) {
        // Asked for again with the next change.
        norms = 'none'
        if (options.criterion !== 'gamma') show(noNorms())
        return
      }
      norms = 'there'
      preview = new Preview(data.network, known)
      if (frame === 0) frame = requestAnimationFrame(render)
    },
    setState: (state) => bar.setState(state),
    setLocked: (reason) => bar.setLocked(reason),
    dispose: () => {
      cancelAnimationFrame(frame)
      clearTimeout(speaking)
      endTheme()
      curve.dispose()
      root.remove()
    },
  }
}
