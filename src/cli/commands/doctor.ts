import * as l10n from '@vscode/l10n'
import type { Detection } from '../../core/yolov5/release'
import { findPython, type Preflight, preflight } from '../../engines/pytorch/python'
import { formatBytes } from '../../runs/format/numbers'
import { optionalCheckout } from '../checkout'
import { exitCodes, outColors, print, printJson } from '../terminal'

export type DoctorOptions = {
  readonly json?: true
  readonly python?: string
  readonly checkout?: string
}

/**
 * `yolov5-slim doctor`: whether training could start here. Looks only; installs nothing.
 *
 * @returns 0 when it could, else 1
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  const cwd = process.cwd()
  const checkout = await optionalCheckout(cwd, options.checkout)
  const python = await findPython({ cwd, ...(options.python ? { flag: options.python } : {}) })
  const found = await preflight(python, {
    depth: 'devices',
    ...(checkout ? { checkout: checkout.root } : {}),
  })
  const ready = checkout !== undefined && found.missing.length === 0 && found.problems.length === 0
  if (options.json) {
    const { root, release, confidence } = checkout ?? {}
    printJson({ ready, checkout: checkout ? { root, release, confidence } : null, ...found })
  } else {
    print(...doctorLines(checkout, found))
  }
  return ready ? exitCodes.ok : exitCodes.failed
}

const mark = (good: boolean): string => (good ? outColors.green('✓') : outColors.red('✗'))

/** The preflight as a person reads it, problems with what would mend them. */
export function doctorLines(checkout: Detection | undefined, found: Preflight): string[] {
  const lines: string[] = []
  const say = (good: boolean, text: string, remedy?: string) => {
    lines.push(`${mark(good)} ${text}`)
    if (remedy) lines.push(`    → ${remedy}`)
  }
  if (checkout) {
    say(true, l10n.t('YOLOv5 {0} in {1}', checkout.release, checkout.root))
  } else {
    const remedy = l10n.t('Change into the folder that holds train.py, or give --checkout.')
    say(false, l10n.t('no YOLOv5 checkout here'), remedy)
  }
  say(true, l10n.t('Python {0}: {1}', found.python.version, found.python.executable))
  const { torch } = found
  if (torch) {
    const build = torch.cuda
      ? l10n.t('built for CUDA {0}', torch.cuda)
      : torch.rocm
        ? l10n.t('built for ROCm {0}', torch.rocm)
        : l10n.t('built for the CPU')
    say(true, `torch ${torch.version}, ${build}`)
  }
  lines.push(...deviceLines(found))
  if (found.missing.length > 0) {
    say(false, l10n.t('missing: {0}', found.missing.map(({ pip }) => pip).join(', ')))
    for (const command of found.install) lines.push(`    ${outColors.bold(command)}`)
  } else {
    say(true, l10n.t('all packages that training needs are there'))
  }
  for (const { module, text } of found.problems) {
    say(
      false,
      l10n.t('{0} does not load: {1}', module, text),
      l10n.t('Reinstall that package for this interpreter, or name another with --python.'),
    )
  }
  return lines
}

function deviceLines({ torch, devices, mps, cpuThreads }: Preflight): string[] {
  if (!torch) return []
  const lines = (devices ?? []).map(({ index, name, totalBytes, freeBytes }) => {
    const total = formatBytes(totalBytes)
    return freeBytes === null
      ? l10n.t('{0} GPU {1}: {2}, {3}', mark(true), index, name, total)
      : l10n.t(
          '{0} GPU {1}: {2}, {3} of {4} free',
          mark(true),
          index,
          name,
          formatBytes(freeBytes),
          total,
        )
  })
  if (mps) lines.push(l10n.t('{0} Apple GPU (mps)', mark(true)))
  if (lines.length > 0) return lines
  const threads = cpuThreads === undefined ? '' : l10n.t(' ({0} threads)', cpuThreads)
  const text = l10n.t('no GPU that torch can use: training runs on the CPU{0}', threads)
  const remedy =
    torch.cuda || torch.rocm
      ? [l10n.t('    → Check the driver (nvidia-smi), and that CUDA_VISIBLE_DEVICES is not empty.')]
      : []
  return [`${outColors.yellow('!')} ${text}`, ...remedy]
}
