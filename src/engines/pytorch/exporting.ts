import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import { scanFlags } from '../../core/yolov5/argparse'
import type { Detection, ScriptFlag } from '../../core/yolov5/release'
import type { Preflight } from './python'

/** Formats of every release, by the words that its script knows them by; not all have all. */
export const exportFormats = [
  ['torchscript', 'TorchScript'],
  ['onnx', 'ONNX'],
  ['openvino', 'OpenVINO'],
  ['engine', 'TensorRT'],
  ['coreml', 'CoreML'],
  ['saved_model', 'TensorFlow SavedModel'],
  ['pb', 'TensorFlow GraphDef'],
  ['tflite', 'TensorFlow Lite'],
  ['edgetpu', 'TensorFlow Edge TPU'],
  ['tfjs', 'TensorFlow.js'],
  ['paddle', 'PaddlePaddle'],
] as const

export type ExportFormat = (typeof exportFormats)[number][0]

/** How the names of files and folders end that hold a format, in any release. */
const endings: Readonly<Record<ExportFormat, readonly string[]>> = {
  torchscript: ['.torchscript', '.torchscript.pt'],
  onnx: ['.onnx'],
  openvino: ['_openvino_model'],
  engine: ['.engine'],
  coreml: ['.mlmodel', '.mlpackage'],
  saved_model: ['_saved_model'],
  pb: ['.pb'],
  tflite: ['.tflite'],
  edgetpu: ['_edgetpu.tflite'],
  tfjs: ['_web_model'],
  paddle: ['_paddle_model'],
}

/** A release's own export script, and what it can do. */
export type ExportScript = {
  /** Relative to the checkout. */
  readonly path: 'export.py' | 'models/export.py'
  readonly flags: readonly ScriptFlag[]
  /** Empty where the script writes all that it knows at once (v5.0). */
  readonly formats: readonly ExportFormat[]
}

/**
 * The export script of a checkout.
 *
 * @throws SlimError `export/no-script`
 */
export async function findExportScript({ root, release }: Detection): Promise<ExportScript> {
  for (const path of ['export.py', 'models/export.py'] as const) {
    const source = await readFile(join(root, path), 'utf8').catch(() => undefined)
    if (source !== undefined) return readExportScript(path, source)
  }
  throw new SlimError(
    'export/no-script',
    l10n.t('{0} has no export.py: YOLOv5 {1} exports with it.', root, release),
    l10n.t('Restore export.py in the checkout, or get a whole YOLOv5.'),
  )
}

/** What an export script's source says that it can do. */
export function readExportScript(path: ExportScript['path'], source: string): ExportScript {
  const flags = scanFlags(source)
  const chooses = flags.some(({ dest }) => dest === 'include')
  const known = exportFormats.map(([format]) => format)
  const formats = chooses
    ? known.filter((format) => new RegExp(`\\b${format}\\b`).test(source))
    : []
  return { path, flags, formats }
}

/** Arguments of the script, in the spelling of its release. */
export function exportArguments(
  { flags, formats }: ExportScript,
  weights: string,
  format: ExportFormat | undefined,
  imageSize: number | undefined,
): readonly string[] {
  const size = flags.find(({ names }) => names.some((name) => /^--(imgsz|img-size)$/.test(name)))
  const sizeName = size?.names.find((name) => name.startsWith('--'))
  // TensorRT builds on a GPU only, and the scripts' own default is the CPU.
  const takesDevice = flags.some(({ dest }) => dest === 'device')
  return [
    ...['--weights', weights],
    ...(imageSize !== undefined && imageSize > 0 && sizeName ? [sizeName, String(imageSize)] : []),
    ...(format !== undefined && formats.includes(format) ? ['--include', format] : []),
    ...(format === 'engine' && takesDevice ? ['--device', '0'] : []),
  ]
}

/** How the script is started: through the runner, which mends what breaks on newer packages and keeps it offline. */
export function exportCommand(
  { python }: Pick<Preflight, 'python'>,
  runner: string,
  { root, capabilities }: Detection,
  { path }: ExportScript,
  args: readonly string[],
): { readonly command: string; readonly args: readonly string[]; readonly cwd: string } {
  const entry = join(dirname(runner), 'export_main.py')
  return {
    command: python.command,
    args: [...python.args, entry, root, capabilities.layout, path, ...args],
    cwd: root,
  }
}

/** What lies beside a checkpoint and could be an export of it: path to time of last change. */
export async function exportsBeside(weights: string): Promise<ReadonlyMap<string, number>> {
  const folder = dirname(weights)
  const stem = basename(weights, extname(weights))
  const found = new Map<string, number>()
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (!name.startsWith(stem) || path === weights) continue
    // A folder that is written anew keeps its own time where its files keep their names.
    const inside = await readdir(path).catch(() => [])
    const places = [path, ...inside.map((one) => join(path, one))]
    const infos = await Promise.all(places.map((place) => stat(place).catch(() => undefined)))
    const times = infos.flatMap((info) => (info ? [info.mtimeMs] : []))
    if (times.length > 0) found.set(path, Math.max(...times))
  }
  return found
}

/** What came or changed between two looks, newest last. */
export function newExports(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): readonly string[] {
  return [...after]
    .filter(([path, time]) => before.get(path) !== time)
    .sort(([, a], [, b]) => a - b)
    .map(([path]) => path)
}

/**
 * The export that was asked for, among what was written; without a format, the newest. Undefined where the script tells
 * of a failure: most formats are made from another one, which is left beside the checkpoint, or was there before.
 */
export function exportedFile(
  written: readonly string[],
  lines: readonly string[],
  format: ExportFormat | undefined,
): string | undefined {
  if (format === undefined) return written.at(-1)
  if (lines.some((line) => line.includes('export failure'))) return undefined
  return written.findLast((path) => endings[format].some((ending) => path.endsWith(ending)))
}

/** Why a format failed, in the script's own words; it catches its errors and ends as if all were well. */
export function exportFailure(lines: readonly string[]): string | undefined {
  const line = lines.findLast((text) => /export failure|Error:|No module named/.test(text))
  return line?.replace(/^.*?export failure\W*(?:[\d.]+s\W+)?/, '').trim()
}
