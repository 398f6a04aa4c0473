import { opendir } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { findCheckouts, notFoundError } from '../../core/yolov5/detect'
import type { Detection } from '../../core/yolov5/release'
import { usageError } from '../errors'
import { exitCodes, outColors, print, printJson } from '../terminal'

/** `yolov5-slim detect [dir]`: which release a folder holds, and how we know. */
export async function detect(dir: string, options: { readonly json?: true }): Promise<number> {
  await requireReadableFolder(dir)
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

/** A zip, a file of the checkout, or a closed folder would else be told to be no YOLOv5. */
async function requireReadableFolder(dir: string): Promise<void> {
  const path = resolve(dir)
  const code = await opendir(path).then(
    (folder) => folder.close(),
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )
  if (code === undefined) return
  if (code === 'ENOTDIR') {
    throw usageError(
      'not-a-folder',
      l10n.t('{0} is a file, not a folder.', path),
      extname(path).toLowerCase() === '.zip'
        ? l10n.t('Unpack it, and name the folder.')
        : l10n.t('Name the folder of a YOLOv5 checkout.'),
    )
  }
  if (code === 'ENOENT') {
    throw usageError(
      'no-such-folder',
      l10n.t('There is no folder {0}.', path),
      l10n.t('Name the folder of a YOLOv5 checkout.'),
    )
  }
  throw usageError(
    'unreadable-folder',
    l10n.t('{0} can not be read ({1}).', path, code),
    l10n.t('Check that you may list the folder.'),
  )
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
