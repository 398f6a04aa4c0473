import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { budget, problemsOf } from '../../build/checkVsix.mjs'
import { listZip } from '../../build/zip.mjs'
import { emptyFolder, made, run, slim } from './support'

const onLinux = process.platform === 'linux' && process.arch === 'x64'

/** Files of native code, by their names in order. */
const natives: Readonly<Record<string, readonly RegExp[]>> = {
  universal: [/^sharp-wasm32-[\d.]+\.node\.wasm$/],
  'linux-x64': [
    /^libvips-cpp\.so\.[\d.]+$/,
    /^linux-x64\.dawn\.node$/,
    /^sharp-linux-x64-[\d.]+\.node$/,
  ],
  'linux-arm64': [
    /^libvips-cpp\.so\.[\d.]+$/,
    /^linux-arm64\.dawn\.node$/,
    /^sharp-linux-arm64-[\d.]+\.node$/,
  ],
  'darwin-arm64': [
    /^darwin-universal\.dawn\.node$/,
    /^libvips-cpp\.[\d.]+\.dylib$/,
    /^sharp-darwin-arm64-[\d.]+\.node$/,
  ],
  'win32-x64': [
    /^d3dcompiler_47\.dll$/,
    /^libvips-\d+\.dll$/,
    /^libvips-cpp-[\d.]+\.dll$/,
    /^sharp-win32-x64-[\d.]+\.node$/,
    /^win32-x64\.dawn\.node$/,
  ],
}
const isNative = /\.(node|dll|dylib)$|\.so\.|^sharp.*\.wasm$/
const nameOf = (path: string): string => path.split('/').at(-1) ?? ''

describe('what is in a VSIX', () => {
  it.each([made.universal, made.linux, ...made.listed])(
    '$target has all it needs and nothing else',
    async (one) => {
      const entries = await listZip(one.file)
      const { size } = statSync(one.file)
      expect(entries.length).toBeGreaterThan(100)
      expect(problemsOf(entries, { target: one.target, size })).toEqual([])
    },
  )

  it.each([made.universal, made.linux, ...made.listed])(
    '$target has the native code of that platform and of no other',
    async ({ target, file }) => {
      const names = (await listZip(file)).map(({ path }) => nameOf(path))
      const expected = natives[target]?.map((name) => expect.stringMatching(name))
      expect(names.filter((name) => isNative.test(name)).sort()).toEqual(expected)
    },
  )

  it.each([
    [made.universal, ['@img/sharp-wasm32']],
    [made.linux, ['@img/sharp-linux-x64', '@img/sharp-libvips-linux-x64', 'linux-x64.dawn.node']],
  ])('$0.target without its native code is not right', async ({ target, file }, lacking) => {
    const entries = (await listZip(file)).filter(({ path }) => !isNative.test(nameOf(path)))
    expect(problemsOf(entries, { target, size: 0 })).toEqual(
      lacking.map((what) => `it lacks the native code of ${what}`),
    )
  })

  it('what does not belong there is named, and of too much the largest', async () => {
    const entries = await listZip(made.universal.file)
    const more = [
      ...['dist/cli.cjs.map', 'dist/runner/test_run.py', 'dist/core/errors.ts', 'dist/a.node'],
      'media/big.bin',
    ].map((path) => ({ path: `extension/${path}`, bytes: path.endsWith('bin') ? 9e6 : 1 }))
    const less = entries.filter(({ path }) => !path.endsWith('/kernels.wasm'))
    const size = budget + 1
    const problems = problemsOf([...less, ...more], { target: 'universal', size })
    expect(problems.slice(0, 5)).toEqual([
      'it lacks extension/dist/builtin/kernels.wasm',
      'a source map: extension/dist/cli.cjs.map',
      'a test: extension/dist/runner/test_run.py',
      'a source file: extension/dist/core/errors.ts',
      'native code: extension/dist/a.node',
    ])
    expect(problems[5]).toMatch(
      /^12\.00 MB are over the budget of 12\.00 MB; the largest:\n +9\.00 MB {2}extension\/media\/big\.bin\n/,
    )
  })
})

describe.runIf(process.env.E2E_CODE_SERVER)('VS Code', () => {
  it.each(onLinux ? [made.universal, made.linux] : [made.universal])(
    'installs $target from the file',
    async ({ file }) => {
      const { E2E_NODE: node = '', E2E_CODE_SERVER: entry = '' } = process.env
      const folder = emptyFolder()
      const places = ['--user-data-dir', folder, '--extensions-dir', join(folder, 'extensions')]
      await run(node, [entry, ...places, '--install-extension', file], folder)
      const listed = await run(node, [entry, ...places, '--list-extensions'], folder)
      expect(listed).toContain('yolov5-slim.yolov5-slim')
    },
  )
})

/** Labels of eight drawn images, written and read by the package's own sharp. */
async function found(extension: string): Promise<string[]> {
  const cwd = emptyFolder()
  await slim(extension, ['sample', 'shapes', '--train', '1', '--val', '8'], cwd)
  const weights = join(extension, 'media/sample/baseline.pt')
  const flags = ['--weights', weights, '--source', 'shapes/images/val', '--imgsz', '96']
  await slim(extension, ['predict', ...flags, '--save-txt', '--device', 'wasm'], cwd)
  const labels = join(cwd, 'runs/detect/exp/labels')
  return readdirSync(labels).map((name) => readFileSync(join(labels, name), 'utf8'))
}

/** Which of its builds sharp loads there. */
function sharpOf(extension: string): Promise<string> {
  const folder = JSON.stringify(join(extension, 'dist/node_modules/sharp'))
  const code = `require(${folder}); console.log(Object.keys(require.cache).join('\\n'))`
  return run(process.execPath, ['-e', code], emptyFolder())
}

describe('the command line inside', () => {
  it('of universal reads and writes images by WebAssembly, as native code does', async () => {
    expect(await sharpOf(made.universal.folder)).toContain('sharp-wasm32')
    const labels = await found(made.universal.folder)
    expect(labels).toHaveLength(8)
    for (const label of labels) expect(label).toMatch(/^(\d( 0\.\d+){4}\n)+$/)
    if (!onLinux) return
    expect(await sharpOf(made.linux.folder)).toMatch(/sharp-linux-x64-[\d.]+\.node/)
    expect(await found(made.linux.folder)).toEqual(labels)
  })

  it.runIf(onLinux)('of linux-x64 loads its WebGPU', async () => {
    const out = await slim(made.linux.folder, ['backend', 'list', '--json'], emptyFolder())
    const found = JSON.parse(out) as {
      kind: string
      folder: string
      installed: boolean
      probe: unknown
    }[]
    const webgpu = found.find(({ kind }) => kind === 'webgpu')
    expect(webgpu).toMatchObject({
      installed: true,
      folder: join(made.linux.folder, 'dist/builtin/backends/webgpu'),
    })
    // On a machine without a GPU it can only tell so.
    const works = expect.objectContaining({ ok: true })
    const noGpu = expect.objectContaining({ ok: false, code: 'backend/no-gpu' })
    expect([works, noGpu]).toContainEqual(webgpu?.probe)
  })

  it('of universal has no WebGPU', async () => {
    const out = await slim(made.universal.folder, ['backend', 'list', '--json'], emptyFolder())
    expect(JSON.parse(out)).toContainEqual(
      expect.objectContaining({ kind: 'webgpu', installed: false }),
    )
  })
})
