import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import { childLanguage } from '../../../runs/language'
import type { EngineFiles } from '../run/files'
import { type BackendKind, backendFolder, backendKinds, findBackend, isOptional } from './packages'
import type { Probe } from './probe'
import type { BackendStart } from './start'

const execute = promisify(execFile)
const patience = 90_000

/** What the package brings along. */
type Shipped = Pick<EngineFiles, 'backends'>

/** Where the files of a backend are; `folder` is where an optional one lies, if not in its own place. */
export function backendStart(
  kind: BackendKind,
  files: EngineFiles,
  folder = placeOf(kind, files),
): BackendStart {
  return { kind, folder, wasmFolder: files.wasmFolder, kernelsFile: files.kernels }
}

/** Where it lies, or where it would have to. */
function placeOf(kind: BackendKind, { backends }: EngineFiles): string {
  return isOptional(kind) ? (findBackend(kind, backends) ?? backendFolder(kind)) : ''
}

/** Whether its package is there; whether it works only a probe tells. */
export function isInstalled(kind: BackendKind, { backends }: Shipped): boolean {
  return !isOptional(kind) || findBackend(kind, backends) !== undefined
}

/** Lets a backend compute in a process of its own; its speed is measured where asked for. */
export async function probe(
  { kind, ...rest }: BackendStart,
  { probe: program }: Pick<EngineFiles, 'probe'>,
  { measures = false } = {},
): Promise<Probe> {
  const start = JSON.stringify({ kind, ...rest })
  try {
    const args = [program, start, ...(measures ? ['measure'] : [])]
    const { stdout } = await execute(process.execPath, args, {
      timeout: patience,
      env: {
        ...process.env,
        ...childLanguage(),
        ELECTRON_RUN_AS_NODE: '1',
        TF_CPP_MIN_LOG_LEVEL: '3',
      },
      windowsHide: true,
    })
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Probe
  } catch (error) {
    const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    return {
      ok: false,
      code: 'backend/crashed',
      text: l10n.t('{0} ended while it was tried: {1}', kind, text),
      remedy: l10n.t('Install it again, or use --device cpu.'),
    }
  }
}

export type Chosen = { readonly kind: BackendKind; readonly notes: readonly string[] }

/**
 * The backend that `--device` names, or the best that works: CUDA, WebGPU on real hardware, native, wasm. YOLOv5's own
 * values mean: a number and `mps` a GPU, `cpu` the CPU.
 *
 * @throws SlimError what the named backend's probe found, and what `checkDevice` throws
 */
export async function chooseBackend(device: string, files: EngineFiles): Promise<Chosen> {
  const wanted = checkDevice(device, files)
  const forced = wanted.length === 1
  const notes: string[] = []
  let failure: Extract<Probe, { ok: false }> | undefined
  for (const kind of wanted) {
    if (!isInstalled(kind, files)) continue
    // wasm is bundled and the last resort; nothing would be left to turn to.
    if (kind === 'wasm') return { kind, notes }
    const start = backendStart(kind, files)
    // Without a GPU, one that nobody installed is nothing to tell of.
    const told = start.folder === backendFolder(kind)
    const found = await probe(start, files)
    if (!found.ok) {
      failure ??= found
      if (told || found.code !== 'backend/no-gpu') notes.push(`${kind}: ${found.text}`)
    } else if (found.software && !forced) {
      const text = l10n.t('{0}: {1} is no real GPU and is left out', kind, found.device)
      const remedy = l10n.t('To use it all the same, give --device {0}.', kind)
      failure ??= { ok: false, code: 'backend/no-gpu', text, remedy }
      if (told) notes.push(text)
    } else return { kind, notes }
  }
  if (!failure) throw notInstalled(device, wanted)
  throw new SlimError(failure.code, failure.text, failure.remedy)
}

/**
 * The backends that `--device` may mean, the best first.
 *
 * @throws SlimError `backend/unknown`; `backend/unavailable` where none of them is installed
 */
export function checkDevice(device: string, shipped: Shipped): readonly BackendKind[] {
  const kinds = kindsFor(device)
  if (kinds.some((kind) => isInstalled(kind, shipped))) return kinds
  throw notInstalled(device, kinds)
}

function notInstalled(device: string, kinds: readonly BackendKind[]): SlimError {
  const kind = kinds.length === 1 ? kinds[0] : 'webgpu'
  return new SlimError(
    'backend/unavailable',
    kinds.length === 1
      ? l10n.t('--device {0}: that backend is not installed.', device)
      : l10n.t('--device {0}: no GPU backend is installed.', device),
    l10n.t('Install one with: yolov5-slim backend install {0}', kind ?? 'webgpu'),
  )
}

function kindsFor(device: string): readonly BackendKind[] {
  const name = device.trim().toLowerCase()
  if (name === '') return backendKinds
  if (name === 'cpu') return ['native', 'wasm']
  if (name === 'gpu' || name === 'mps' || /^(cuda:)?\d+(,(cuda:)?\d+)*$/.test(name))
    return ['cuda', 'webgpu']
  const kind = backendKinds.find((one) => one === name)
  if (kind) return [kind]
  throw new SlimError(
    'backend/unknown',
    l10n.t('--device {0}: there is no such device.', device),
    l10n.t('Give cuda, webgpu, native, wasm, cpu, or leave it out.'),
  )
}
