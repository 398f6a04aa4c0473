import { type Advice, type AdviceInput, adviseSr } from '../../core/slimming/advice'
import { adviceText } from '../../core/slimming/adviceText'
import type { EpochTable } from '../../runs/epochTable'
import { type GammaBlock, histogramAt, nearZeroAt } from '../../runs/gammaBlock'
import type { RunManifest } from '../../runs/manifest'
import type { RunDigest } from '../../runs/state'
import type { AdviceView } from './contract'

/** YOLOv5's batch size that an optimizer step is accumulated up to, and its usual momentum. */
const nominalBatch = 64
const usualMomentum = 0.937

export type RunAdviceInput = AdviceInput & {
  /** The form can start the same training with another sr. */
  readonly restarts: boolean
}

/** What the advice on sr goes by; undefined for a run that penalises no gammas. */
export function collectAdviceInput(
  manifest: RunManifest,
  digest: RunDigest,
  table: EpochTable,
  block: GammaBlock,
  before: number | undefined,
): RunAdviceInput | undefined {
  const { sparsity, percent } = manifest
  const { started } = digest
  if (manifest.stage !== 'sparse' || !sparsity || !started) return undefined
  const [lr, sr, mAP] = ['lr', 'sr', 'mAP50'].map((name) => table.column(name))
  const losses = table.names.filter((name) => name.startsWith('train/')).map((n) => table.column(n))
  const rates = heldRates(lr ?? [])
  const past = table.epochs.map((epoch, at) => ({
    epoch,
    lr: rates[at] ?? 0,
    sr: sr?.[at] ?? 0,
    mAP: mAP?.[at] ?? null,
    loss: losses.reduce((sum, column) => sum + (column[at] ?? 0), 0),
  }))
  const batches = digest.progress?.batches
  const accumulated = Math.max(1, Math.round(nominalBatch / Math.max(started.batchSize, 1)))
  const tooShort = digest.warnings.some(({ code }) => code === 'sparsity/few-steps')
  return {
    epochs: started.epochs,
    past,
    shots: Array.from(block.epochs, (epoch, at) => ({
      epoch,
      histogram: histogramAt(block, at),
      nearZero: nearZeroAt(block, at),
    })),
    schedule: sparsity.schedule === 'linear' ? 'linear' : 'constant',
    percent: percent ?? 0.5,
    // The form starts the release's own training: other defaults than a script of the workspace, and not all its flags.
    restarts: manifest.engine !== 'scripts',
    hold: sparsity.sr === 'auto' && sparsity.reg === 'prox' && !tooShort,
    ...(before === undefined ? {} : { before }),
    ...(batches ? { drive: batches / accumulated / (1 - usualMomentum) } : {}),
  }
}

/** A rate that is not known yet is about the one before; a 0 would say that none is left to come. */
function heldRates(rates: readonly number[]): readonly number[] {
  let held = 0
  return rates.map((rate) => {
    if (Number.isFinite(rate)) held = rate
    return held
  })
}

export function collectAdvice(input: RunAdviceInput): AdviceView {
  const advice: Advice = adviseSr(input)
  const { verdict, projected } = advice
  const suggested = input.restarts ? advice.suggested : null
  return { verdict, suggested, projected, ...adviceText(advice, input.epochs) }
}
