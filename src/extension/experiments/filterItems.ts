import * as l10n from '@vscode/l10n'
import { stageName, stateName } from '../../runs/format/names'
import type { RunState, Stage } from '../../runs/manifest'
import { isFiltering, type RunFilter, type SortOrder, sortOrders } from './arrange'

export const filterStages = [
  'train',
  'sparse',
  'prune',
  'finetune',
  'val',
  'detect',
] as const satisfies readonly Stage[]

export const filterStates = [
  'queued',
  'starting',
  'running',
  'stopping',
  'finished',
  'stopped',
  'failed',
  'interrupted',
] as const satisfies readonly RunState[]

/** A line of the filter's list: a stage, a state, or the heading above them. */
export type FilterItem = {
  readonly label: string
  readonly stage?: Stage
  readonly state?: RunState
  readonly heading?: true
}

export function collectFilterItems(): readonly FilterItem[] {
  return [
    { label: l10n.t('Stage'), heading: true },
    ...filterStages.map((stage) => ({ label: stageName(stage), stage })),
    { label: l10n.t('State'), heading: true },
    ...filterStates.map((state) => ({ label: stateName(state), state })),
  ]
}

export function isChosen(filter: RunFilter, { stage, state }: FilterItem): boolean {
  return (
    (stage !== undefined && filter.stages.includes(stage)) ||
    (state !== undefined && filter.states.includes(state))
  )
}

export function filterOf(text: string, items: readonly FilterItem[]): RunFilter {
  return {
    text: text.trim(),
    stages: items.flatMap(({ stage }) => (stage ? [stage] : [])),
    states: items.flatMap(({ state }) => (state ? [state] : [])),
  }
}

/** What the line above the tree says; empty when nothing is filtered. */
export function filterMessage(filter: RunFilter, shown: number, all: number): string {
  if (!isFiltering(filter)) return ''
  const parts = [
    ...(filter.text === '' ? [] : [`“${filter.text}”`]),
    ...(filter.stages.length === 0 ? [] : [filter.stages.map(stageName).join(', ')]),
    ...(filter.states.length === 0 ? [] : [filter.states.map(stateName).join(', ')]),
  ]
  return l10n.t('{0}: {1} of {2} runs', parts.join(' · '), shown, all)
}

export function collectSortItems(
  order: SortOrder,
): readonly { readonly label: string; readonly description: string; readonly order: SortOrder }[] {
  const names: Readonly<Record<SortOrder, readonly [label: string, description: string]>> = {
    newest: [l10n.t('Newest first'), l10n.t('lineages by their latest run')],
    name: [l10n.t('Name'), l10n.t('with numbers in their order')],
    mAP: [l10n.t('Best mAP50_95 first'), l10n.t('of the latest evaluation')],
    size: [l10n.t('Smallest first'), l10n.t('by the checkpoint that a run leaves')],
  }
  return sortOrders.map((each) => {
    const [label, description] = names[each]
    return { label: each === order ? `$(check) ${label}` : label, description, order: each }
  })
}
