import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { findCheckouts, notFoundError } from '../../core/yolov5/detect'
import type { Detection } from '../../core/yolov5/release'
import { usageError } from '../errors'
import { exitCodes, outColors, print, printJson } from '../terminal'

/** `yolov5-slim detect [dir]`: which release a folder holds, and how we know. */
export async function detect(dir: string, options: { readonly json?: true }): Promise<number> {
  const info = await stat(dir).catch(() => undefined)
  if (!info?.isDirectory()) {
    throw usageError(
      'no-such-folder',
      l10n.t('There is no folder {0}.', resolve(dir)),
      l10n.t('Name the folder of a YOLOv5 checkout.'),
    )
  }
  const [first, ...others] = await findCheckouts(dir)
  if (!first) throw notFoundError(dir)
  if (options.json) {
    printJson(others.length > 0 ? { ...plain(first), others: others.map(plain) } : plain(first))
    return exitCodes.ok
  }
  ;[first, ...others].forEach((detection, i) => {
    if (i > 0) print('')
    print(...detectionLines(detection))
  })
  return exitCodes.ok
}

function plain({ release, confidence, evidence, capabilities, root }: Detection): Detection {
  return { release, confidence, evidence, capabilities, root }
}

function detectionLines(detection: Detection): string[] {
  const { release, confidence, evidence, capabilities, root } = detection
  const flags = capabilities.trainFlags.length
  return [
    `${outColors.bold(`YOLOv5 ${release}`)}  ${root}`,
    l10n.t('confidence {0}', confidence.toFixed(2)),
    ...evidence.map((sentence) => `  ${outColors.dim('•')} ${sentence}`),
    l10n.t(
      'trains with train({0}), {1} flags; evaluates with {2}.py; writes {3}',
      capabilities.trainSignature.join(', '),
      flags,
      capabilities.evaluation,
      capabilities.results,
    ),
    ...(capabilities.slimmingScripts.length > 0
      ? [l10n.t('slimming scripts: {0}', capabilities.slimmingScripts.join(', '))]
      : []),
  ]
}
