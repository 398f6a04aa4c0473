import { readFile } from 'node:fs/promises'
import type { Ops } from './ops'
import { WasmHeap } from './wasm/heap'
import { wasmOps } from './wasm/ops'

/**
 * The operations for tfjs's wasm backend, which must be the one that is set.
 *
 * @param kernelsFile our own kernels, compiled
 */
export async function openWasmOps(kernelsFile: string): Promise<Ops> {
  return wasmOps(await WasmHeap.open(await readFile(kernelsFile)))
}
