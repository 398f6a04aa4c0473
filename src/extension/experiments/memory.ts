import * as v from 'valibot'
import type { Memento } from 'vscode'
import { memoryKeys } from '../contributions'
import { noFilter, type RunFilter, type SortOrder, sortOrders } from './arrange'
import { filterStages, filterStates } from './filterItems'

const saved = v.object({
  filter: v.object({
    text: v.string(),
    stages: v.array(v.picklist(filterStages)),
    states: v.array(v.picklist(filterStates)),
  }),
  order: v.picklist(sortOrders),
})

export type ViewState = { readonly filter: RunFilter; readonly order: SortOrder }

/** Filter and order as the workspace remembers them; what cannot be read is as at first. */
export function recallView(memory: Pick<Memento, 'get'>): ViewState {
  const found = v.safeParse(saved, memory.get(memoryKeys.experiments))
  return found.success ? found.output : { filter: noFilter, order: 'newest' }
}

export async function rememberView(
  memory: Pick<Memento, 'update'>,
  state: ViewState,
): Promise<void> {
  await memory.update(memoryKeys.experiments, state)
}
