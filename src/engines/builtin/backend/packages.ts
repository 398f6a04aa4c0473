import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { dataHome } from '../../../runs/dataHome'

/** What computes. `cpu` of `--device` means the faster of the last two. */
export const backendKinds = ['cuda', 'webgpu', 'native', 'wasm'] as const
export type BackendKind = (typeof backendKinds)[number]

/** Backends of native code, 20 to 500 MB: no part of this program, but for WebGPU in what is packaged for one platform. */
export type OptionalBackend = Exclude<BackendKind, 'wasm'>

export const optionalBackends: Readonly<
  Record<OptionalBackend, { readonly name: string; readonly version: string }>
> = {
  cuda: { name: '@tensorflow/tfjs-node-gpu', version: '4.22.0' },
  // Later ones ask for a C++ library that GPU servers with Ubuntu 22.04 do not have.
  webgpu: { name: 'webgpu', version: '0.4.0' },
  native: { name: '@tensorflow/tfjs-node', version: '4.22.0' },
}

export function isOptional(kind: string): kind is OptionalBackend {
  return Object.hasOwn(optionalBackends, kind)
}

/**
 * The folder of ours that a backend is installed into; `YOLOV5_SLIM_BACKENDS` names another place. Never the
 * person's project: what is native and large is there once for all projects.
 */
export function backendFolder(kind: OptionalBackend): string {
  return join(process.env.YOLOV5_SLIM_BACKENDS ?? join(dataHome(), 'yolov5-slim', 'backends'), kind)
}

/**
 * Where an optional backend lies: where the person installed it, which is their choice, or else among those that the
 * package brings along. `undefined` where it is in neither; whether it works only a probe tells.
 *
 * @param shipped `backends` of the engine's files
 */
export function findBackend(kind: OptionalBackend, shipped: string): string | undefined {
  const { name } = optionalBackends[kind]
  return [backendFolder(kind), join(shipped, kind)].find((folder) =>
    existsSync(join(folder, 'node_modules', name)),
  )
}
