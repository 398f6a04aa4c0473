import { existsSync, mkdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { ready, setBackend } from '@tensorflow/tfjs-core'
import type { Ops } from './ops'
import { openWasmOps } from './select'
import { compileKernels } from './wasm/compile.mjs'

const sources = join(import.meta.dirname, 'wasm', 'assembly')

/** tfjs's wasm backend and our operations on it, for tests: kernels are compiled when their source is newer. */
export async function wasmForTests(): Promise<Ops> {
  const require = createRequire(import.meta.url)
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`)
  await setBackend('wasm')
  await ready()
  return openWasmOps(await compiledKernels())
}

/** Path of our kernels, compiled. */
export async function compiledKernels(): Promise<string> {
  const folder = join(import.meta.dirname, '../../../../node_modules/.cache/yolov5-slim')
  const file = join(folder, 'kernels.wasm')
  const names = ['conv.ts', 'index.ts', 'norm.ts', 'shape.ts', 'simd.ts']
  const newest = Math.max(...names.map((name) => statSync(join(sources, name)).mtimeMs))
  if (!existsSync(file) || statSync(file).mtimeMs < newest) {
    mkdirSync(folder, { recursive: true })
    await compileKernels(file)
  }
  return file
}
