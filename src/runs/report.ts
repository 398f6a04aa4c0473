import { EventReader } from './eventLog'
import type { RunEvent } from './events'
import type { ReportEpoch, ReportGamma, ReportStage } from './reportData'
import type { RunSnapshot } from './snapshot'
import { runFiles } from './store'

/** What a run's log says for a report. */
export async function reportStage({
  runDir,
  summary,
  manifest,
  name,
}: RunSnapshot): Promise<ReportStage> {
  const epochs: ReportEpoch[] = []
  const gammas: ReportGamma[] = []
  let layers: ReportStage['layers']
  for await (const { events, reset } of new EventReader(runFiles(runDir).events).readAll()) {
    if (reset) {
      epochs.length = 0
      gammas.length = 0
    }
    for (const event of events) {
      if (event.type === 'epoch') epochs[event.epoch] = epochOf(event)
      else if (event.type === 'gamma') gammas[event.epoch] = gammaOf(event)
      else if (event.type === 'pruned') layers = event.layers
    }
  }
  return {
    name,
    stage: manifest.stage,
    mAP50: summary.mAP50 ?? null,
    mAP50_95: summary.mAP50_95 ?? null,
    seconds: summary.seconds ?? null,
    // A resumed log of which the beginning is lost has holes.
    epochs: Object.values(epochs),
    gammas: Object.values(gammas),
    ...(layers ? { layers } : {}),
  }
}

function epochOf(event: Extract<RunEvent, { type: 'epoch' }>): ReportEpoch {
  const { mAP50, mAP50_95, train } = event
  return { mAP50, mAP50_95, loss: Object.values(train).reduce((sum, loss) => sum + loss, 0) }
}

function gammaOf({ layers }: Extract<RunEvent, { type: 'gamma' }>): ReportGamma {
  const histogram: number[] = []
  let near = 0
  for (const layer of layers) {
    near += layer.nearZero
    layer.histogram.forEach((count, bin) => {
      histogram[bin] = (histogram[bin] ?? 0) + count
    })
  }
  const total = histogram.reduce((sum, count) => sum + count, 0)
  return { histogram, nearZero: total === 0 ? 0 : near / total }
}
