import type { SparsityPlan } from '../../../core/slimming/sparsity'
import type { OpenModel } from '../checkpoint/open'
import type { GammaRange } from '../training/penalty'

/** Offset and end of each layer's gammas in the parameter vector. */
export function gammaRanges(
  { layout }: Pick<OpenModel, 'layout'>,
  { layers }: Pick<SparsityPlan, 'layers'>,
): GammaRange[] {
  const places = new Map(layout.parameters.map((entry) => [entry.name, entry]))
  return layers.map(({ name }) => {
    const entry = places.get(`${name}.weight`)
    return entry ? ([entry.offset, entry.offset + entry.size] as const) : ([0, 0] as const)
  })
}

/** Those of the layers that train: `--freeze` keeps the penalty too from changing a layer. */
export function trainedGammas(
  open: Pick<OpenModel, 'layout'>,
  { layers }: Pick<SparsityPlan, 'layers'>,
  frozen: readonly number[],
): GammaRange[] {
  return gammaRanges(open, { layers: layers.filter(({ name }) => !isFrozen(name, frozen)) })
}

/** Whether a module or parameter is of one of the model's layers that `--freeze` names. */
export function isFrozen(name: string, frozen: readonly number[]): boolean {
  return frozen.some((layer) => name.startsWith(`model.${layer}.`))
}
