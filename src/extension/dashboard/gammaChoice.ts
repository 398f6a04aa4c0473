import { spread } from '../../runs/spread'

/** Epochs whose gammas a page gets at first: about as many as a heatmap has columns that can be told apart. */
export const shownAtFirst = 120
/** As a run goes on its page gets every new one, until there are so many that all are thinned anew. */
const shownAtMost = 2 * shownAtFirst

export type GammaChoice = { readonly reset: boolean; readonly epochs: readonly number[] }

/**
 * Which epochs' gammas to hand to a page next.
 *
 * @param sent epochs that it has
 * @param available epochs that the log has, ascending
 * @param fresh of these, those that came or were replaced since
 */
export function chooseGammas(
  sent: ReadonlySet<number>,
  available: readonly number[],
  fresh: readonly number[],
): GammaChoice {
  const added = fresh.filter((epoch) => !sent.has(epoch)).length
  if (sent.size === 0 || sent.size + added > shownAtMost) {
    return { reset: true, epochs: spread(available, shownAtFirst) }
  }
  return { reset: false, epochs: fresh }
}
