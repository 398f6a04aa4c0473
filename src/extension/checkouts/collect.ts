import { basename } from 'node:path'
import * as l10n from '@vscode/l10n'
import { isBelow } from '../../core/disk/isBelow'
import type { Detection } from '../../core/yolov5/release'
import { escapeMarkdown } from '../common/markdown'
import type { Checkouts } from './checkouts'

/**
 * Files whose coming and going can change what a checkout is: slimming scripts lie in its root, and a fork's layers
 * anywhere below models/.
 */
export const telling = '{*,models/**/*,utils/*,segment/train}.py'

export type StatusItem = { readonly text: string; readonly tooltip: string; readonly label: string }

/** The release for the status bar, with its evidence as Markdown; undefined without a checkout. */
export function collectReleaseStatus(
  detections: readonly Detection[],
  selected: Detection | undefined,
  device = '',
): StatusItem | undefined {
  if (!selected) return undefined
  const on = device === '' ? [] : [device]
  const several =
    detections.length > 1
      ? [l10n.t('{0} checkouts in this workspace; click to choose another.', detections.length)]
      : []
  return {
    text: [`$(layers) YOLOv5 ${selected.release}`, ...on].join(' · '),
    label: [l10n.t('YOLOv5 release {0} detected', selected.release), ...on].join(', '),
    tooltip: [
      `**${l10n.t('YOLOv5 {0}', selected.release)}** – ${confidenceText(selected.confidence)}`,
      escapeMarkdown(selected.root),
      selected.evidence.map((sentence) => `- ${escapeMarkdown(sentence)}`).join('\n'),
      ...several,
    ].join('\n\n'),
  }
}

/** What a run without `--device` computes on, in few words: the first GPU, or the CPU. */
export function deviceText(
  gpus: readonly { readonly name: string }[],
  platform: string,
  arch: string,
): string {
  const [first, ...others] = gpus
  if (!first) return platform === 'darwin' && arch === 'arm64' ? l10n.t('Apple GPU') : 'CPU'
  const name = first.name.replace(/^NVIDIA\s+(GeForce\s+)?/, '')
  return others.length > 0 ? `${name} (+${others.length})` : name
}

/** Rows for choosing between checkouts. */
export function collectCheckoutItems(
  detections: readonly Detection[],
  selected: Detection | undefined,
): readonly { label: string; description: string; detail: string; detection: Detection }[] {
  return detections.map((detection) => ({
    label: `${detection === selected ? '$(check) ' : ''}${basename(detection.root)}`,
    description: `YOLOv5 ${detection.release} – ${confidenceText(detection.confidence)}`,
    detail: detection.root,
    detection,
  }))
}

/** What the log says of a detection, line by line. */
export function collectDetectionLines(detection: Detection): readonly string[] {
  return [
    l10n.t(
      'YOLOv5 {0} in {1} ({2})',
      detection.release,
      detection.root,
      confidenceText(detection.confidence),
    ),
    ...detection.evidence.map((sentence) => `  ${sentence}`),
  ]
}

/** The remembered checkout when it is still there, else the first. */
export function chooseCheckout(
  detections: readonly Detection[],
  remembered: string | undefined,
): Detection | undefined {
  return detections.find(({ root }) => root === remembered) ?? detections[0]
}

/** The checkout that a file lies in; of nested ones the innermost. */
export function checkoutOf(detections: readonly Detection[], path: string): Detection | undefined {
  return detections
    .filter(({ root }) => isBelow(root, path))
    .sort((a, b) => b.root.length - a.root.length)[0]
}

/** The checkout that a file is judged by: the one that it lies in, else the selected one. */
export function checkoutFor(
  path: string,
  { all, selected }: Pick<Checkouts, 'all' | 'selected'>,
): Detection | undefined {
  return checkoutOf(all, path) ?? selected
}

/** Drops repeated roots, as when two workspace folders lie in one checkout. */
export function uniqueCheckouts(detections: readonly Detection[]): readonly Detection[] {
  return [...new Map(detections.map((detection) => [detection.root, detection])).values()]
}

export function confidenceText(confidence: number): string {
  return l10n.t('{0} % sure', Math.round(confidence * 100))
}
