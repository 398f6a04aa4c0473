import { join } from 'node:path'
import { dataHome } from '../../../runs/dataHome'

/** What computes. `cpu` of `--device` means the faster of the last two. */
export const backendKinds = ['cuda', 'webgpu', 'native', 'wasm'] as const
export type BackendKind = (typeof backendKinds)[number]

/** Backends that are no part of this program: native code of 20 to 500 MB. */
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
