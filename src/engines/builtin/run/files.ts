import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Files that the engine loads at run time; they lie beside its bundle. */
export type EngineFiles = {
  readonly learnerWorker: string
  readonly dataWorker: string
  /** Tries a backend out. */
  readonly probe: string
  /** Our own kernels for wasm. */
  readonly kernels: string
  /** Folder of tfjs's .wasm files. */
  readonly wasmFolder: string
  /** Folder of the optional backends that the package brings along; it may be missing. */
  readonly backends: string
}

export function engineFiles(folder: string): EngineFiles {
  return {
    learnerWorker: join(folder, 'learner-worker.cjs'),
    dataWorker: join(folder, 'data-worker.cjs'),
    probe: join(folder, 'probe.cjs'),
    kernels: join(folder, 'kernels.wasm'),
    wasmFolder: wasmFolder(folder),
    backends: shippedBackends(folder),
  }
}

/** Each backend has a folder named by its kind there, as where a person installs it. */
export function shippedBackends(folder: string): string {
  return join(folder, 'backends')
}

/** Packaged they lie beside the bundle; in a clone in node_modules. */
function wasmFolder(folder: string): string {
  if (existsSync(join(folder, 'tfjs-backend-wasm-simd.wasm'))) return folder
  const require = createRequire(join(folder, 'main.cjs'))
  return dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))
}
