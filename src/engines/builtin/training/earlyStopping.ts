/** `EarlyStopping` of utils/torch_utils.py (v6.0 to v7.0): ends a training that no longer gets better. */
export type Patience = {
  /** Epochs to wait for a better one; 0 waits forever. */
  readonly epochs: number
  bestEpoch: number
  bestFitness: number
}

export function newPatience(epochs: number): Patience {
  return { epochs, bestEpoch: 0, bestFitness: 0 }
}

/** Notes an epoch's fitness. `soon`: the next epoch may be the last, so it must be validated; `stop`: this one was. */
export function outOfPatience(
  patience: Patience,
  epoch: number,
  fitness: number,
): { readonly soon: boolean; readonly stop: boolean } {
  // An equal fitness counts, since the first epochs of a training all have none.
  if (fitness >= patience.bestFitness) {
    patience.bestEpoch = epoch
    patience.bestFitness = fitness
  }
  if (patience.epochs === 0) return { soon: false, stop: false }
  const waited = epoch - patience.bestEpoch
  return { soon: waited >= patience.epochs - 1, stop: waited >= patience.epochs }
}
