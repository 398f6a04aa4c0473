import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backendStart, checkDevice, chooseBackend } from './choose'
import { type OptionalBackend, optionalBackends } from './packages'
import type { Probe } from './probe'

let folder: string
let shipped: { readonly backends: string }
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slim-backends-'))
  vi.stubEnv('YOLOV5_SLIM_BACKENDS', folder)
  shipped = { backends: join(folder, 'shipped') }
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function installed(...kinds: OptionalBackend[]): void {
  for (const kind of kinds) put(kind, folder)
}

function put(kind: OptionalBackend, where: string): void {
  mkdirSync(join(where, kind, 'node_modules', optionalBackends[kind].name), { recursive: true })
}

/** Engine files whose probe finds this, by kind. */
function finding(probes: Partial<Record<OptionalBackend, Probe>>) {
  const probe = join(folder, 'probe.cjs')
  const found = JSON.stringify(probes)
  writeFileSync(probe, `console.log(JSON.stringify(${found}[JSON.parse(process.argv[2]).kind]))`)
  return { learnerWorker: '', dataWorker: '', probe, kernels: '', wasmFolder: '', ...shipped }
}

const works: Probe = { ok: true, device: 'a GPU', software: false, gflops: 0 }
const pretends: Probe = { ok: true, device: 'SwiftShader', software: true, gflops: 0 }
const fails: Probe = { ok: false, code: 'backend/no-gpu', text: 'no driver', remedy: 'get one' }

describe('--device', () => {
  it.each([
    ['', ['cuda', 'webgpu', 'native', 'wasm']],
    ['cpu', ['native', 'wasm']],
    [' WASM ', ['wasm']],
  ])('%j means %j', (device, kinds) => expect(checkDevice(device, shipped)).toEqual(kinds))

  it.each(['0', '0,1', 'cuda:0', 'cuda:0,cuda:1', 'gpu', 'mps'])('%j means a GPU', (device) => {
    expect(() => checkDevice(device, shipped)).toThrow(
      expect.objectContaining({
        code: 'backend/unavailable',
        message: expect.stringMatching(/no GPU/),
      }),
    )
    installed('webgpu')
    expect(checkDevice(device, shipped)).toEqual(['cuda', 'webgpu'])
  })

  it('names a backend that is not installed', () => {
    expect(() => checkDevice('native', shipped)).toThrow(
      expect.objectContaining({
        code: 'backend/unavailable',
        remedy: expect.stringContaining('backend install native'),
      }),
    )
  })

  it.each(['nonsense', '-1', 'cpu,0', '0,', 'cuda:x'])('%j is none', (device) => {
    expect(() => checkDevice(device, shipped)).toThrow(
      expect.objectContaining({ code: 'backend/unknown' }),
    )
  })
})

describe('of what is installed', () => {
  it('the best that works is chosen, and what was passed over told', async () => {
    installed('cuda', 'webgpu', 'native')
    const files = finding({ cuda: fails, webgpu: works, native: works })
    const chosen = await chooseBackend('', files)
    expect(chosen).toEqual({ kind: 'webgpu', notes: ['cuda: no driver'] })
  })

  it('a software GPU is used only when it is named', async () => {
    installed('webgpu')
    const files = finding({ webgpu: pretends })
    expect((await chooseBackend('', files)).kind).toBe('wasm')
    expect((await chooseBackend('webgpu', files)).kind).toBe('webgpu')
    await expect(chooseBackend('0', files)).rejects.toMatchObject({
      code: 'backend/no-gpu',
      message: expect.stringContaining('SwiftShader'),
      remedy: expect.stringContaining('--device webgpu'),
    })
  })

  it('one that was named and does not work fails with its own reason', async () => {
    installed('webgpu', 'native')
    const files = finding({ webgpu: fails, native: works })
    await expect(chooseBackend('webgpu', files)).rejects.toMatchObject({ message: 'no driver' })
    expect((await chooseBackend('cpu', files)).kind).toBe('native')
  })

  it('one that the package brings along is found, unless the person installed one', () => {
    put('webgpu', shipped.backends)
    const files = finding({})
    expect(checkDevice('0', shipped)).toEqual(['cuda', 'webgpu'])
    expect(backendStart('webgpu', files).folder).toBe(join(shipped.backends, 'webgpu'))
    expect(backendStart('native', files).folder).toBe(join(folder, 'native'))
    installed('webgpu')
    expect(backendStart('webgpu', files).folder).toBe(join(folder, 'webgpu'))
  })

  it.each([
    ['no GPU', { ...fails, text: 'no GPU' }, 0],
    ['only a software GPU', pretends, 0],
    ['a driver that breaks', { ...fails, code: 'backend/crashed' as const }, 1],
  ])('one that nobody installed, and %s', async (_name, found, count) => {
    put('webgpu', shipped.backends)
    const { kind, notes } = await chooseBackend('', finding({ webgpu: found }))
    expect([kind, notes.length]).toEqual(['wasm', count])
  })

  it('one that dies while it is tried is passed over', async () => {
    installed('native')
    const files = finding({})
    writeFileSync(files.probe, 'process.kill(process.pid, "SIGKILL")')
    const { kind, notes } = await chooseBackend('', files)
    expect(kind).toBe('wasm')
    expect(notes[0]).toMatch(/native ended while it was tried/)
  })
})
