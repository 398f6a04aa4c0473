import type { IndexChange } from '../../runs/index/runIndex'
import type { RunSnapshot } from '../../runs/snapshot'
import { assumedFacts, collectTags } from '../experiments/tags'

/** What the palette offers only where there is a run for it. */
const offers = ['resume', 'retry', 'round'] as const
type Offer = (typeof offers)[number]

/** For which actions there are runs; looks only at those that have changed, as there may be thousands. */
export class RunCount {
  private readonly runs: Readonly<Record<Offer, Set<string>>> = {
    ...{ resume: new Set(), retry: new Set(), round: new Set() },
  }

  take({ added, changed, removed }: IndexChange): void {
    for (const { run } of [...added, ...changed]) {
      const fitting = offersOf(run)
      for (const offer of offers) {
        if (fitting.includes(offer)) this.runs[offer].add(run.runDir)
        else this.runs[offer].delete(run.runDir)
      }
    }
    for (const runDir of removed) for (const offer of offers) this.runs[offer].delete(runDir)
  }

  has(offer: Offer): boolean {
    return this.runs[offer].size > 0
  }
}

function offersOf(run: RunSnapshot): readonly Offer[] {
  const tags = collectTags(run, assumedFacts(run))
  return offers.filter((offer) => (offer === 'round' ? endsRound(run) : tags.includes(offer)))
}

/** A round goes on from a finetuning that has finished. */
export function endsRound({ manifest, state }: RunSnapshot): boolean {
  return manifest.stage === 'finetune' && state === 'finished'
}
