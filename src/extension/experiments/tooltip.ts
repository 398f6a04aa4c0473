import * as l10n from '@vscode/l10n'
import { stageName, stateName } from '../../runs/format/names'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatScore,
  formatShare,
  formatSmall,
} from '../../runs/format/numbers'
import { slimLine } from '../../runs/format/shellLine'
import type { RunSnapshot } from '../../runs/snapshot'
import { escapeMarkdown } from '../common/markdown'
import type { Comparison } from './comparison'
import { signed } from './row'

const warningsShown = 3

/** Everything that is told of a run when the pointer rests on it, as Markdown. */
export function collectTooltip(
  run: RunSnapshot,
  comparison: Comparison,
  parent: RunSnapshot | undefined,
): string {
  const { manifest, state, name, summary } = run
  const title = `**${escapeMarkdown(name)}** – ${stageName(manifest.stage)}, ${stateName(state)}`
  const facts = collectFacts(run, comparison, parent)
    .map(([label, value]) => `- ${label}: ${escapeMarkdown(value)}`)
    .join('\n')
  const { failure, warnings } = summary
  const failed = failure
    ? [`$(error) ${escapeMarkdown(`${failure.text} ${failure.remedy}`)} \`${failure.code}\``]
    : []
  const latest = warnings
    .slice(-warningsShown)
    .map(({ text }) => `$(warning) ${escapeMarkdown(text)}`)
  const command = slimLine(manifest.commandLine)
  return [title, ...failed, facts, ...latest, fenced(command), escapeMarkdown(run.runDir)].join(
    '\n\n',
  )
}

type Fact = readonly [label: string, value: string]

function collectFacts(
  { manifest, summary, digest, state, elsewhere }: RunSnapshot,
  { origin, points, bytes }: Comparison,
  parent: RunSnapshot | undefined,
): readonly Fact[] {
  const { started, pruned } = digest
  const { mAP50, mAP50_95, best, epochs, epoch, seconds, etaSeconds, parameters, gflops } = summary
  const before = parent?.summary.mAP50_95
  const facts: (readonly [label: string, value: string | undefined | false])[] = [
    [l10n.t('Started'), new Date(manifest.createdAt).toLocaleString()],
    [l10n.t('Runs on'), elsewhere],
    [l10n.t('From'), parent?.name],
    ['mAP50', mAP50 !== undefined && formatScore(mAP50)],
    [
      'mAP50_95',
      mAP50_95 !== undefined &&
        [
          formatScore(mAP50_95),
          ...(points === undefined || !origin
            ? []
            : [l10n.t('{0} points against {1}', signed(points, 1), origin.name)]),
          ...(before === undefined || !parent || parent === origin
            ? []
            : [
                l10n.t('{0} points against {1}', signed((mAP50_95 - before) * 100, 1), parent.name),
              ]),
        ].join(', '),
    ],
    [
      l10n.t('Best'),
      best && l10n.t('epoch {0}, mAP50_95 {1}', best.epoch, formatScore(best.mAP50_95)),
    ],
    [l10n.t('Epochs'), epochs !== undefined && `${epoch ?? 0}/${epochs}`],
    [l10n.t('Size'), summary.bytes !== undefined && sizeText(summary.bytes, bytes)],
    [l10n.t('Parameters'), parameters !== undefined && formatCount(parameters)],
    ['GFLOPs', gflops !== undefined && formatSmall(gflops)],
    [
      l10n.t('Removed'),
      pruned && l10n.t('{0} of the channels', formatShare(pruned.percentReached)),
    ],
    ['sr', manifest.sparsity && srText(manifest.sparsity, started?.sparsity?.sr)],
    [l10n.t('Percent'), manifest.percent !== undefined && formatShare(manifest.percent)],
    [l10n.t('Device'), started?.devices.join(', ') || manifest.devices?.join(', ')],
    [l10n.t('Engine'), manifest.engine],
    [l10n.t('Release'), manifest.checkout?.release],
    [l10n.t('Time'), seconds !== undefined && state !== 'queued' && formatDuration(seconds)],
    [l10n.t('Time left'), etaSeconds !== undefined && formatDuration(etaSeconds)],
  ]
  return facts.flatMap(([label, value]): Fact[] => (value ? [[label, value]] : []))
}

function sizeText(bytes: number, share: number | undefined): string {
  const size = formatBytes(bytes)
  return share === undefined ? size : `${size} (${signed(share * 100, 0)} %)`
}

type Sparsity = NonNullable<RunSnapshot['manifest']['sparsity']>

function srText({ sr, reg, schedule }: Sparsity, chosen: number | undefined): string {
  const auto = chosen === undefined ? 'auto' : `auto (${formatSmall(chosen)})`
  return `${sr === 'auto' ? auto : formatSmall(sr)}, ${reg}, ${schedule}`
}

/** A code block that no content can close. */
function fenced(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}sh\n${code}\n${fence}`
}
