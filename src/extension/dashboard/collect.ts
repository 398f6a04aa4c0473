import * as l10n from '@vscode/l10n'
import { stageName, stateName } from '../../runs/format/names'
import {
  formatBytes,
  formatDuration,
  formatScore,
  formatShare,
  formatSmall,
} from '../../runs/format/numbers'
import { slimLine } from '../../runs/format/shellLine'
import type { RunSnapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { assumedFacts, collectTags } from '../experiments/tags'
import type { RunView } from './contract'

const startAgain = ['resume', 'retry'] as const

/** A run as the dashboard lists it. */
export function collectRunView(run: RunSnapshot, ancestor: boolean): RunView {
  const { runDir, name, manifest, state, summary } = run
  const { epoch, epochs, failure, warnings } = summary
  const percent = manifest.percent
  const tags = collectTags(run, assumedFacts(run))
  return {
    ...{ runDir, id: manifest.id, name, ancestor },
    ...{ stage: manifest.stage, stageText: stageName(manifest.stage) },
    ...{ state, stateText: stateName(state) },
    ...(manifest.parent === undefined ? {} : { parent: manifest.parent }),
    ...(run.elsewhere === undefined ? {} : { elsewhere: run.elsewhere }),
    epochText: epochs === undefined ? '' : `${epoch ?? 0}/${epochs}`,
    mAP50: formatScore(run.summary.mAP50),
    mAP50_95: formatScore(run.summary.mAP50_95),
    size: summary.bytes === undefined ? '' : formatBytes(summary.bytes),
    facts: collectFacts(run),
    checkpoint: Object.keys(run.digest.checkpoints).length > 0,
    commandLine: slimLine(manifest.commandLine),
    ...(failure ? { failure } : {}),
    warnings: warnings.map(({ code, text }) => ({ code, text })),
    actions: startAgain.filter((tag) => tags.includes(tag)),
    expectation: expectation(run),
    gammaExpectation: gammaExpectation(run),
    ...(percent === undefined ? {} : { percent }),
    ...(epochs === undefined ? {} : { epochs }),
  }
}

function collectFacts({ manifest, summary, digest, elsewhere }: RunSnapshot): RunView['facts'] {
  const { sparsity, percent, engine, checkout } = manifest
  const { seconds, etaSeconds, best } = summary
  const { started, pruned } = digest
  const facts: (readonly [label: string, value: string | undefined])[] = [
    [l10n.t('Runs on'), elsewhere],
    [l10n.t('Engine'), engine],
    [l10n.t('Release'), checkout?.release],
    [l10n.t('Device'), started?.devices.join(', ')],
    ['sr', sparsity && srText(sparsity.sr, started?.sparsity?.sr)],
    [l10n.t('Penalty'), sparsity && `${sparsity.reg}, ${sparsity.schedule}`],
    [l10n.t('Percent'), percent === undefined ? undefined : formatShare(percent)],
    [l10n.t('Removed'), pruned && formatShare(pruned.percentReached)],
    [
      l10n.t('Best'),
      best && l10n.t('epoch {0}, mAP50_95 {1}', best.epoch, formatScore(best.mAP50_95)),
    ],
    [l10n.t('Time'), seconds === undefined ? undefined : formatDuration(seconds)],
    [l10n.t('Time left'), etaSeconds === undefined ? undefined : formatDuration(etaSeconds)],
  ]
  return facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))
}

function srText(asked: number | 'auto', chosen: number | undefined): string {
  if (asked !== 'auto') return formatSmall(asked)
  return chosen === undefined ? 'auto' : `auto (${formatSmall(chosen)})`
}

/** What to expect where a run has no epochs yet, or never will. */
function expectation({ manifest, state, summary, digest }: RunSnapshot): string {
  const { stage } = manifest
  if (stage === 'val') {
    return summary.mAP50 === undefined
      ? l10n.t('A validation has one result and no epochs; it appears when the run is finished.')
      : l10n.t(
          'A validation has one result and no epochs: mAP50 {0}, mAP50_95 {1}.',
          formatScore(summary.mAP50),
          formatScore(summary.mAP50_95),
        )
  }
  if (stage === 'prune') {
    return digest.pruned
      ? l10n.t(
          'Pruning has no epochs. {0} of the channels were removed.',
          formatShare(digest.pruned.percentReached),
        )
      : l10n.t('Pruning has no epochs.')
  }
  if (stage === 'detect') return l10n.t('Detection has no epochs.')
  if (state === 'queued') {
    return l10n.t('This run waits for its turn. Charts fill from the end of its first epoch on.')
  }
  if (isEnded(state)) return l10n.t('This run ended before its first epoch was over.')
  return l10n.t('The first values come at the end of the first epoch.')
}

function gammaExpectation(run: RunSnapshot): string {
  const { stage, engine } = run.manifest
  if (stage === 'val' || stage === 'detect') {
    return l10n.t('Only training writes gammas. Choose a sparse run to see them shrink.')
  }
  if (stage === 'prune') {
    return l10n.t('Pruning writes no gammas; they are in the run that it pruned.')
  }
  if (engine === 'scripts') {
    return l10n.t(
      'No gammas yet: a script of your own is read from what it logs, and may log none.',
    )
  }
  return isEnded(run.state) ? l10n.t('This run’s log has no gammas.') : expectation(run)
}

/** The title of a panel: the run that it is about, or the first of several. */
export function collectTitle(names: readonly string[]): string {
  const [first, ...others] = names
  if (first === undefined) return l10n.t('Dashboard')
  return others.length === 0 ? first : l10n.t('{0} and {1} more', first, others.length)
}
