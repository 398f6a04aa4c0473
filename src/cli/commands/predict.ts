import { dirname, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { prepareDetect } from '../../engines/builtin/stage/prepareDetect'
import { peekOwnFlags } from '../../engines/common/flags'
import { submitRun } from '../../engines/common/submitRun'
import { startSubmitted } from '../../runs/queue/queue'
import { optionalCheckout } from '../checkout'
import { followRun } from '../followRun'
import { errColors, exitCodes, outColors, print, printAside } from '../terminal'
import { slimVersion } from '../version'

/** `predict`: finds objects in images with the built-in engine; flags as detect.py's. */
export async function predict(args: readonly string[], typed: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    print(...helpLines())
    return exitCodes.ok
  }
  const cwd = process.cwd()
  const own = peekOwnFlags(args)
  const detection = await optionalCheckout(cwd, own.checkout).catch((error: unknown) => {
    // Several checkouts, or none: detecting asks nothing of them.
    if (own.checkout !== undefined) throw error
    return undefined
  })
  const launch = await prepareDetect({
    ...{ args, cwd, commandLine: typed, slimVersion },
    ...(detection ? { detection } : {}),
    engine: join(dirname(__filename), 'builtin', 'main.cjs'),
  })
  for (const note of launch.notes ?? []) printAside(`${errColors.cyan(l10n.t('note:'))} ${note}`)
  const started = await startSubmitted(await submitRun(launch, false))
  if (!own.json) print(outColors.bold(l10n.t('images go to {0}', started.runDir)))
  return followRun(started, own.json ? 'json' : 'text')
}

function helpLines(): string[] {
  return [
    l10n.t('Usage: yolov5-slim predict --weights FILE --source IMAGE|DIR... [flags]'),
    '',
    l10n.t('Find objects in images and draw them on copies; of detect.py’s flags:'),
    '  --imgsz, --conf-thres, --iou-thres, --max-det, --classes, --agnostic-nms, --device,',
    '  --save-txt, --save-conf, --nosave, --line-thickness, --hide-labels, --hide-conf,',
    '  --project, --name, --exist-ok, --threads, --json',
  ]
}
