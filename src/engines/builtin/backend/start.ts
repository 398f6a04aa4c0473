import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import util from 'node:util'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { backend, enableProdMode, memory, ready, setBackend } from '@tensorflow/tfjs-core'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import { genericOps } from '../kernels/generic'
import { nativeCpuOps, nativeOps } from '../kernels/native'
import type { Ops } from '../kernels/ops'
import { openWasmOps } from '../kernels/select'
import { type BackendKind, type OptionalBackend, optionalBackends } from './packages'

/** Which backend is loaded, and where its files are. Plain data: worker threads are handed it. */
export type BackendStart = {
  readonly kind: BackendKind
  /** Folder that an optional backend is installed in. */
  readonly folder: string
  /** Folder of tfjs's .wasm files. */
  readonly wasmFolder: string
  /** Our own kernels for wasm. */
  readonly kernelsFile: string
}

export type StartedBackend = {
  readonly ops: Ops
  /** What it computes on, for people. */
  readonly device: string
  /** It only pretends to be a GPU. */
  readonly software: boolean
  /** GPU memory in use, in bytes; 0 on a CPU. */
  readonly memory: () => number
  /** Lets go of the device. Nothing may compute then. */
  readonly end: () => Promise<void>
}

/** Makes a backend the one of this thread. Throws a SlimError `backend/unavailable`. */
export async function startBackend(start: BackendStart): Promise<StartedBackend> {
  enableProdMode()
  switch (start.kind) {
    case 'wasm':
      return startWasm(start)
    case 'webgpu':
      return startWebGpu(start.folder)
    default:
      return startTensorFlow(start.kind, start.folder)
  }
}

async function startWasm({ wasmFolder, kernelsFile }: BackendStart): Promise<StartedBackend> {
  setWasmPaths(wasmFolder.replace(/[^/]$/, '$&/'))
  await setBackend('wasm')
  await ready()
  const ops = await openWasmOps(kernelsFile)
  return { ops, device: 'wasm', software: false, memory: () => 0, end: async () => undefined }
}

/** libtensorflow through N-API. It shares the global engine of tfjs with our own copy of its core. */
async function startTensorFlow(kind: 'cuda' | 'native', folder: string): Promise<StartedBackend> {
  // Gone from Node 23 on; the binding asks for them when it is loaded.
  const old = util as unknown as Record<string, unknown>
  old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined
  old.isArray ??= Array.isArray
  await load(kind, folder)
  await setBackend('tensorflow')
  await ready()
  const { isUsingGpuDevice } = backend() as unknown as { readonly isUsingGpuDevice?: boolean }
  if (kind === 'cuda' && isUsingGpuDevice !== true) {
    throw new SlimError(
      'backend/no-gpu',
      l10n.t('TensorFlow finds no NVIDIA GPU that it can use.'),
      l10n.t(
        'It needs the driver, CUDA 11 and cuDNN 8; WebGPU needs the driver alone: backend install webgpu.',
      ),
    )
  }
  const device = kind === 'cuda' ? 'CUDA (TensorFlow)' : 'CPU (TensorFlow)'
  return {
    ops: kind === 'cuda' ? nativeOps : nativeCpuOps,
    device,
    software: false,
    memory: () => (kind === 'cuda' ? memory().numBytes : 0),
    end: async () => undefined,
  }
}

type Dawn = {
  create(options: readonly string[]): { requestAdapter(): Promise<Adapter | null> }
  readonly globals: Readonly<Record<string, unknown>>
}
type Adapter = {
  readonly info?: {
    readonly vendor?: string
    readonly architecture?: string
    readonly description?: string
  }
}

type GpuDevice = {
  readonly queue: { onSubmittedWorkDone(): Promise<void> }
  destroy(): void
}

/** Any vendor's GPU through Vulkan, Metal or Direct3D 12, by Dawn. */
async function startWebGpu(folder: string): Promise<StartedBackend> {
  const { create, globals } = (await load('webgpu', folder)) as Dawn
  Object.assign(globalThis, globals)
  const gpu = create([])
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true })
  const adapter = await gpu.requestAdapter()
  if (!adapter) {
    throw new SlimError(
      'backend/no-gpu',
      l10n.t('There is no GPU that WebGPU can use.'),
      l10n.t('Install the driver of your GPU, with Vulkan on Linux; or use --device cpu.'),
    )
  }
  await import('@tensorflow/tfjs-backend-webgpu')
  await setBackend('webgpu')
  await ready()
  const { vendor = '', architecture = '', description = '' } = adapter.info ?? {}
  const name = [description || vendor, architecture].filter(Boolean).join(' ')
  return {
    ops: genericOps,
    device: `WebGPU (${name || 'GPU'})`,
    software: /swiftshader|llvmpipe|lavapipe|software|warp|basic render/i.test(
      `${vendor} ${architecture} ${description}`,
    ),
    memory: () => memory().numBytes,
    end: endWebGpu,
  }
}

/** Dawn calls back into a thread for as long as it has a device, and brings the process down where that is gone. */
async function endWebGpu(): Promise<void> {
  const { device } = backend() as unknown as { readonly device: GpuDevice }
  await device.queue.onSubmittedWorkDone()
  device.destroy()
}

async function load(kind: OptionalBackend, folder: string): Promise<unknown> {
  const { name } = optionalBackends[kind]
  try {
    const file = createRequire(join(folder, 'package.json')).resolve(name)
    // Dawn's is an ES module, which the oldest Node of ours can not `require`.
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''
    throw new SlimError(
      'backend/unavailable',
      l10n.t('{0} can not be loaded: {1}', name, reason),
      l10n.t('Install it with: yolov5-slim backend install {0}', kind),
      { cause: error },
    )
  }
}
