import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { neededPackages, parseRequirements } from './packages'
import { findPython, type Python, preflight, requireReady } from './python'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'python-'))
})
afterEach(async () => rm(root, { recursive: true, force: true }))

/** An executable that Node runs, in place of an interpreter; `body` sees Python's arguments as `args`. */
async function fake(body: string, path = 'python3'): Promise<Python> {
  const command = join(root, path)
  await mkdir(join(command, '..'), { recursive: true })
  const text = `#!${process.execPath}\nconst args = process.argv.slice(2)\n${body}\n`
  await writeFile(command, text)
  await chmod(command, 0o755)
  return { command, args: [], source: 'flag' }
}

/** Answers a preflight: the marker is its third argument, the modules its fourth. */
const answer = (fields: object): string => `
  const packages = Object.fromEntries(Object.keys(JSON.parse(args[3])).map((m) => [m, '1']))
  const fields = ${JSON.stringify(fields)}
  console.log('Warning: something chatty')
  console.log(args[2] + JSON.stringify({ version: '3.11.2', executable: '/x/bin/python', problems: {}, ...fields, packages: { ...packages, ...fields.packages } }))
  console.log('and something after it')`

const posix = process.platform !== 'win32'

describe.runIf(posix)('preflight', () => {
  test('finds its answer among other output', async () => {
    const torch = { version: '2.1.0+cu121', cuda: '12.1' }
    const found = await preflight(await fake(answer({ torch })))
    expect(found.torch).toEqual({ ...torch, rocm: null })
    expect(found.missing).toEqual([])
    expect(found.install).toEqual([])
    requireReady(found)
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
  })

  test('names what is missing by its pip name, with the command that installs it', async () => {
    await writeFile(
      join(root, 'requirements.txt'),
      'opencv-python>=4.1.1\nthop>=0.1.1  # FLOPs\n# ultralytics>=8\npsutil\nPyYAML>=5.3.1,<7\n',
    )
    const python = await fake(answer({ packages: { cv2: null, yaml: null, psutil: null } }))
    const found = await preflight(python, { checkout: root })
    expect(found.missing).toEqual([
      { module: 'cv2', pip: 'opencv-python' },
      { module: 'yaml', pip: 'pyyaml' },
      { module: 'psutil', pip: 'psutil' },
    ])
    expect(found.install).toEqual([
      "/x/bin/python -m pip install 'opencv-python>=4.1.1' 'pyyaml>=5.3.1,<7' psutil",
    ])
    expect(() => requireReady(found)).toThrow(
      expect.objectContaining({ code: 'python/missing-packages' }),
    )
  })

  test("for the system's own Python it names the system's packages", async () => {
    const fields = { externallyManaged: true, packages: { cv2: null, seaborn: null } }
    const found = await preflight(await fake(answer(fields)))
    expect(found.install).toEqual([
      'sudo apt-get install --no-install-recommends python3-opencv python3-seaborn',
    ])
  })

  test('what the system does not package goes into an environment', async () => {
    await writeFile(join(root, 'requirements.txt'), 'ultralytics>=8.1')
    const fields = { externallyManaged: true, packages: { ultralytics: null } }
    const found = await preflight(await fake(answer(fields)), { checkout: root })
    expect(found.install).toEqual([
      "/x/bin/python -m venv --system-site-packages .venv && .venv/bin/python -m pip install 'ultralytics>=8.1'",
    ])
  })

  test('a package that is there and does not load is a problem of its own', async () => {
    const text = 'ImportError: libGL.so.1: cannot open shared object file'
    const found = await preflight(await fake(answer({ problems: { cv2: text } })))
    expect(found.problems).toEqual([{ module: 'cv2', text }])
    expect(() => requireReady(found)).toThrow(
      expect.objectContaining({ code: 'python/broken-package' }),
    )
  })

  test.each([
    ['python/not-python', 'console.error("unknown option -c"); process.exit(2)'],
    ['python/not-python', 'console.log("hello")'],
    [
      'python/too-old',
      'console.log(args[2] + JSON.stringify({ version: "2.7.18", executable: "" }))',
    ],
  ])('%s', async (code, body) => {
    await expect(preflight(await fake(body))).rejects.toMatchObject({ code })
  })

  test('one that hangs is given up', async () => {
    const python = await fake('setInterval(() => {}, 1000)')
    const options = { timeoutMs: 500 }
    await expect(preflight(python, options)).rejects.toMatchObject({ code: 'python/timeout' })
  })

  test('one that is not there', async () => {
    const python: Python = { command: join(root, 'none'), args: [], source: 'flag' }
    await expect(preflight(python)).rejects.toMatchObject({ code: 'python/not-found' })
  })
})

describe.runIf(posix)('findPython', () => {
  test('takes what is named: flag before setting, a file or an environment', async () => {
    const one = await fake('', 'one')
    const two = await fake('', 'venv/bin/python')
    expect(await findPython({ flag: one.command, setting: two.command })).toEqual(one)
    expect(await findPython({ flag: 'venv', cwd: root })).toMatchObject({ command: two.command })
    expect(await findPython({ setting: './one', cwd: root })).toEqual({ ...one, source: 'setting' })
  })

  test('what is named and not there is an error, not a reason to try another', async () => {
    await expect(findPython({ flag: join(root, 'none') })).rejects.toMatchObject({
      code: 'python/not-found',
      message: expect.stringContaining('--python'),
    })
  })

  test('an active interpreter that is gone is passed over for one on PATH', async () => {
    await fake('console.log("python")', 'bin/python')
    const before = process.env.PATH
    process.env.PATH = join(root, 'bin')
    try {
      const found = await findPython({ active: join(root, 'gone') })
      expect(found).toEqual({ command: 'python', args: [], source: 'path' })
      await rm(join(root, 'bin'), { recursive: true })
      await expect(findPython()).rejects.toMatchObject({ code: 'python/not-found' })
    } finally {
      process.env.PATH = before
    }
  })
})

test('requirements: comments, extras, markers and spelling', () => {
  const text =
    '# torch\n\nGitPython>=3.1  # x\ntyping_extensions ; python_version < "3.8"\nray[tune] >= 2, < 3\n-r more.txt\n'
  expect([...parseRequirements(text)]).toEqual([
    ['gitpython', '>=3.1'],
    ['typing-extensions', ''],
    ['ray', '>=2,<3'],
  ])
})

test('a checkout without requirements needs what every release imports', async () => {
  const modules = (await neededPackages(root)).map(({ module }) => module)
  expect(modules).toEqual((await neededPackages(undefined)).map(({ module }) => module))
  expect(modules).toContain('cv2')
})
