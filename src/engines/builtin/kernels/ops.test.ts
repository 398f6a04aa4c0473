import { describe } from 'vitest'
import { describeOps } from './opsSuite'
import { wasmForTests } from './testing'

describe('wasm, with kernels of our own', () => describeOps(wasmForTests))
