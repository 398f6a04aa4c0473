import { backend, engine, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core'
import type { WasmKernels } from './exports'
import { instantiate, type WasmMemory } from './webAssembly'

/** What we use of tfjs's wasm backend; the rest of it is private. */
type Backend = {
  readonly wasm: {
    readonly asm: { readonly memory: WasmMemory }
    _malloc(bytes: number): number
    _free(address: number): void
  }
  getMemoryOffset(dataId: object): number
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo
}

/** tfjs's wasm memory, and our kernels working in it. */
export class WasmHeap {
  readonly kernels: WasmKernels
  readonly #backend: Backend
  #scratch = 0
  #scratchBytes = 0

  private constructor(kernels: WasmKernels, backendNow: Backend) {
    this.kernels = kernels
    this.#backend = backendNow
  }

  /** @param bytes our compiled kernels; the wasm backend must be the one that is set */
  static async open(bytes: Uint8Array): Promise<WasmHeap> {
    const current = backend() as unknown as Backend
    const { memory } = current.wasm.asm
    const exports = await instantiate(bytes, {
      env: {
        memory,
        abort: () => {
          throw new Error('a wasm kernel aborted')
        },
      },
    })
    return new WasmHeap(exports as WasmKernels, current)
  }

  /** Address of a tensor's first value. It stays as long as the tensor. */
  at(tensor: Tensor): number {
    return this.#backend.getMemoryOffset(tensor.dataId)
  }

  /** A tensor of whatever the memory held. */
  empty<T extends Tensor>(shape: readonly number[]): T {
    const info = this.#backend.makeOutput([...shape], 'float32')
    return engine().makeTensorFromTensorInfo(info) as T
  }

  /** Scratch space, the same one for every call: nothing in it outlives a kernel. */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      if (this.#scratch !== 0) this.#backend.wasm._free(this.#scratch)
      this.#scratch = this.#backend.wasm._malloc(bytes) >>> 0
      if (this.#scratch === 0) throw new Error('out of memory: the wasm heap is full')
      this.#scratchBytes = bytes
    }
    return this.#scratch
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#backend.wasm.asm.memory.buffer, address, length)
  }

  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.#backend.wasm.asm.memory.buffer, address, length)
  }
}
