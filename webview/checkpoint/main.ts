import './page.css'
import * as l10n from '@vscode/l10n'
import {
  type CheckpointContent,
  type CheckpointContract,
  type CheckpointState,
  checkpointContract,
  checkpointState,
  type Notice,
} from '../../src/extension/checkpointViewer/contract'
import { keptOptions } from '../../src/extension/preview/arguments'
import type { PreviewData } from '../../src/extension/preview/contract'
import { button, registerControls, tabs } from '../common/controls'
import { element } from '../common/element'
import { connect, type Host } from '../common/host'
import { type MountedPreview, mountPreview } from '../preview/mount'
import { layerTable } from './layerTable'

/** What is on the page: made anew with each content. */
type Shown = {
  readonly notices: HTMLElement
  readonly banner: HTMLElement
  readonly tabs: HTMLElement | undefined
  readonly preview: MountedPreview | undefined
}

let host: Host<CheckpointContract> | undefined
let state: CheckpointState = {}
let shown: Shown | undefined

connect(checkpointContract, {
  onStart: (connected) => {
    host = connected
    registerControls()
    state = connected.state(checkpointState) ?? {}
  },
  onMessage: (message) => {
    switch (message.type) {
      case 'content':
        shown?.preview?.dispose()
        shown = show(message.content)
        return
      case 'notices':
        shown?.notices.replaceChildren(...message.notices.map(noticeBox))
        return
      case 'stale':
        showBanner(message.text)
        return
      case 'showPreview':
        shown?.tabs?.setAttribute('activeid', 'tab-preview')
        return
      case 'previewNorms':
        shown?.preview?.setNorms(message.norms)
        return
      case 'previewState':
        shown?.preview?.setState(message.state)
        return
      case 'previewLock':
        shown?.preview?.setLocked(message.locked)
    }
  },
})

/** A slider that is dragged changes the state with every frame; keeping it sends a message. */
const keepAfterMs = 250
let keeping: ReturnType<typeof setTimeout> | undefined

function keep(change: CheckpointState): void {
  state = { ...state, ...change }
  clearTimeout(keeping)
  keeping = setTimeout(() => host?.keep(state), keepAfterMs)
}

function show(content: CheckpointContent): Shown {
  const notices = element('div', {}, ...content.notices.map(noticeBox))
  const banner = element('div', { role: 'status' })
  const { preview } = content
  const pane = element('div')
  const mounted = preview && mount(pane, preview)
  const list = [
    ...(preview ? [{ id: 'preview', label: l10n.t('Prune preview'), view: pane }] : []),
    ...(content.layers.length > 0
      ? [{ id: 'layers', label: l10n.t('Layers'), view: layerTable(content.layers) }]
      : []),
  ]
  const first = list.find(({ id }) => id === state.tab) ?? list[0]
  const panels = first && tabs(list, first.id, (tab) => keep({ tab }))
  document.body.replaceChildren(
    element(
      'header',
      { class: 'head' },
      element('h1', {}, content.name),
      element('p', { class: 'path muted' }, content.path),
    ),
    banner,
    notices,
    factList(content),
    ...(panels ? [panels] : []),
  )
  return { notices, banner, tabs: panels, preview: mounted }
}

function mount(pane: HTMLElement, data: PreviewData): MountedPreview {
  const { path } = data
  return mountPreview(pane, data, keptOptions(data, state), {
    onChange: (changed) => keep({ options: changed, offered: data.output }),
    onNorms: () => host?.post({ type: 'previewNorms', path }),
    onPrune: (chosen) => host?.post({ type: 'previewPrune', path, options: chosen }),
    onCopy: (text) => host?.post({ type: 'previewCopy', text }),
    onOpen: (output) => host?.post({ type: 'previewOpen', path, output }),
    onFinetune: (output) => host?.post({ type: 'previewFinetune', path, output }),
    onSave: (file) => host?.post({ type: 'save', ...file }),
  })
}

function factList({ facts }: CheckpointContent): HTMLElement {
  const items = facts.map(({ label, value, more }) => {
    const shown =
      more === undefined
        ? value
        : element(
            'details',
            {},
            element('summary', {}, value),
            element('div', { class: 'more muted' }, more),
          )
    return element('div', {}, element('dt', {}, label), element('dd', {}, shown))
  })
  return element('dl', { class: 'facts' }, ...items)
}

function noticeBox({ level, code, text, remedy }: Notice): HTMLElement {
  return element(
    'div',
    { class: `notice ${level}-notice`, role: level === 'info' ? undefined : 'alert' },
    element(
      'p',
      {},
      ...(code === undefined
        ? []
        : [element('code', { class: level === 'error' ? 'error' : 'warning' }, code), ' ']),
      text,
    ),
    ...(remedy === '' ? [] : [element('p', { class: 'muted' }, remedy)]),
  )
}

function showBanner(text: string): void {
  if (!shown) return
  const reload = button(l10n.t('Reload'), () => host?.post({ type: 'reload' }), { primary: true })
  shown.banner.replaceChildren(element('div', { class: 'banner' }, text, reload))
}
