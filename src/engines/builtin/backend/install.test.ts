import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { installBackend, installFailed, refusePlatform } from './install'
import { npmCommand } from './npm'

const files = {
  learnerWorker: '',
  dataWorker: '',
  probe: '',
  kernels: '',
  wasmFolder: '',
  backends: '',
}

describe('what npm says', () => {
  it('is a registry that can not be reached', () => {
    const { code, message, remedy } = installFailed(
      'webgpu',
      [
        'npm error code ECONNREFUSED',
        'npm error syscall connect',
        'npm error FetchError: request to http://127.0.0.1:9/webgpu failed, reason: connect ECONNREFUSED 127.0.0.1:9',
        'npm error If you are behind a proxy, please make sure that the config is set properly.',
        'npm error A complete log of this run can be found in: /x.log',
      ].join('\n'),
    )
    expect(code).toBe('backend/install-failed')
    expect(message).toContain('webgpu: FetchError: request to http://127.0.0.1:9/webgpu failed')
    expect(remedy).toMatch(/network/)
  })

  it('is an archive of TensorFlow that can not be reached', () => {
    const { message } = installFailed(
      'native',
      [
        'Error: getaddrinfo ENOTFOUND storage.googleapis.com',
        "  code: 'ENOTFOUND',",
        'npm error code 1',
        'npm error command failed',
      ].join('\n'),
    )
    expect(message).toContain('Error: getaddrinfo ENOTFOUND storage.googleapis.com')
  })

  it('is a build that is missing', () => {
    const { remedy } = installFailed('native', 'gyp ERR! stack Error: not found: make')
    expect(remedy).toMatch(/Node 20 or 22/)
  })
})

describe('a system that nothing is published for', () => {
  it.each([
    ['cuda', 'darwin', 'arm64', 'install webgpu'],
    ['cuda', 'win32', 'x64', 'install webgpu'],
    ['webgpu', 'win32', 'arm64', '--device wasm'],
    ['native', 'freebsd', 'x64', '--device wasm'],
  ] as const)('%s on %s %s', (kind, platform, arch, remedy) => {
    expect(() => refusePlatform(kind, { platform, arch })).toThrow(
      expect.objectContaining({
        code: 'backend/unsupported',
        remedy: expect.stringContaining(remedy),
      }),
    )
  })

  it('is none of the usual ones', () => {
    expect(() => refusePlatform('webgpu', { platform: 'darwin', arch: 'arm64' })).not.toThrow()
    expect(() => refusePlatform('cuda', { platform: 'linux', arch: 'x64' })).not.toThrow()
  })
})

it('starts npm without a shell, on Windows by its script', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slim-npm-'))
  const script = join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js')
  const windows = { ...process, platform: 'win32' } as const
  const path = ['/nowhere', folder].join(delimiter)
  expect(npmCommand(path, windows)).toEqual({ command: 'npm', args: [] })
  mkdirSync(dirname(script), { recursive: true })
  writeFileSync(script, '')
  expect(npmCommand(path, windows)).toEqual({ command: 'node', args: [script] })
  expect(npmCommand(path, { ...process, platform: 'linux' })).toEqual({ command: 'npm', args: [] })
  rmSync(folder, { recursive: true })
})

it('asks the registry that npm is configured with for all users of a machine', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slim-registry-'))
  const asked: (string | undefined)[] = []
  const registry = createServer(({ url }, response) => {
    asked.push(url)
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  const { port } = registry.address() as AddressInfo
  try {
    mkdirSync(join(folder, 'etc'))
    writeFileSync(join(folder, 'etc', 'npmrc'), `registry=http://127.0.0.1:${port}/\n`)
    // Of an npm that runs the tests.
    for (const key of Object.keys(process.env))
      if (/^npm_config_/i.test(key)) vi.stubEnv(key, undefined)
    vi.stubEnv('npm_config_userconfig', join(folder, 'none'))
    vi.stubEnv('npm_config_cache', join(folder, 'cache'))
    vi.stubEnv('PREFIX', folder)
    vi.stubEnv('YOLOV5_SLIM_BACKENDS', join(folder, 'backends'))
    const install = installBackend('webgpu', files, { onOutput: () => undefined })
    await expect(install).rejects.toMatchObject({ code: 'backend/install-failed' })
    expect(asked).toContain('/webgpu')
  } finally {
    vi.unstubAllEnvs()
    registry.close()
    rmSync(folder, { recursive: true })
  }
})

// A script in place of npm is one of a shell.
describe.skipIf(process.platform === 'win32')('an install that fails', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slim-backend-'))
    vi.stubEnv('YOLOV5_SLIM_BACKENDS', join(folder, 'backends'))
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  /** An npm that runs these lines; Node's own lies beside it, so this one replaces the whole PATH's. */
  async function npm(...lines: string[]): Promise<void> {
    const bin = join(folder, 'bin')
    await mkdir(bin)
    await writeFile(join(bin, 'npm'), ['#!/bin/sh', ...lines].join('\n'))
    await chmod(join(bin, 'npm'), 0o755)
    vi.stubEnv('PATH', `${bin}${delimiter}${process.env.PATH}`)
    vi.spyOn(process, 'execPath', 'get').mockReturnValue(join(bin, 'node'))
  }

  it('leaves nothing behind, and passes on what npm said', async () => {
    await npm(
      'mkdir -p node_modules/webgpu',
      'echo downloading',
      'echo "npm error no" >&2',
      'exit 1',
    )
    const lines: string[] = []
    const install = installBackend('webgpu', files, { onOutput: (line) => lines.push(line) })
    await expect(install).rejects.toMatchObject({ code: 'backend/install-failed' })
    expect(lines.toSorted()).toEqual(['downloading', 'npm error no'])
    expect(readdirSync(join(folder, 'backends'))).toEqual([])
  })

  it('leaves an older installation as it was', async () => {
    await mkdir(join(folder, 'backends', 'webgpu', 'old'), { recursive: true })
    await npm('exit 0')
    const install = installBackend('webgpu', files, { onOutput: () => undefined })
    await expect(install).rejects.toMatchObject({ code: 'backend/crashed' })
    expect(readdirSync(join(folder, 'backends'))).toEqual(['webgpu'])
    expect(readdirSync(join(folder, 'backends', 'webgpu'))).toEqual(['old'])
  })

  it('ends when it is told to', async () => {
    await npm('exec sleep 60')
    const stop = new AbortController()
    const install = installBackend('webgpu', files, {
      onOutput: () => undefined,
      stop: stop.signal,
    })
    setTimeout(() => stop.abort(), 100)
    await expect(install).rejects.toThrow()
    expect(readdirSync(join(folder, 'backends'))).toEqual([])
  })

  it('names a folder that can not be written', async () => {
    writeFileSync(join(folder, 'backends'), '')
    const install = installBackend('webgpu', files, { onOutput: () => undefined })
    await expect(install).rejects.toMatchObject({
      code: 'backend/folder',
      message: expect.stringContaining(join(folder, 'backends', 'webgpu')),
    })
  })
})
