import { targets } from './targets.mjs'

/** Bytes of the universal package. Those for one platform carry native code on top. */
export const budget = 12_000_000

const required = [
  'extension/package.json',
  'extension/THIRD-PARTY-NOTICES.txt',
  'extension/dist/extension/extension.cjs',
  'extension/dist/cli.cjs',
  'extension/dist/builtin/main.cjs',
  'extension/dist/builtin/kernels.wasm',
  'extension/dist/builtin/tfjs-backend-wasm-simd.wasm',
  'extension/dist/runner/main.py',
  'extension/dist/node_modules/sharp/package.json',
]

/** What has no place in a package, and why. */
const forbidden = [
  [/\.map$/, 'a source map'],
  [/(^|\/)(tests?|__tests__|__pycache__)\/|\.test\.|(^|\/)test_/, 'a test'],
  [/\.tsx?$/, 'a source file'],
  [/\.(exe|sh)$/, 'a program'],
]

const listed = 12

/**
 * What is wrong with a package, from the listing of its zip; empty where nothing is.
 *
 * @param entries files with the bytes that they take in it
 * @param size bytes of the zip
 */
export function problemsOf(entries, { target, size }) {
  const paths = new Set(entries.map(({ path }) => path))
  const natives = [...paths].filter((path) => /\.(node|dll|dylib|so[.\d]*)$/.test(path))
  return [
    ...required.filter((path) => !paths.has(path)).map((path) => `it lacks ${path}`),
    ...lackingNative([...paths], targets[target]),
    ...forbidden.flatMap(([pattern, name]) =>
      [...paths].filter((path) => pattern.test(path)).map((path) => `${name}: ${path}`),
    ),
    ...(target === 'universal' ? natives.map((path) => `native code: ${path}`) : []),
    ...(target === 'universal' ? overBudget(entries, size) : []),
  ]
}

/** To npm sharp's builds are optional: where one cannot be fetched, it installs sharp without. */
function lackingNative(paths, { sharp, dawn }) {
  const isCodeOf = (name, path) =>
    path.startsWith(`extension/dist/node_modules/${name}/`) &&
    (name.includes('libvips') ? /\.(so\.[\d.]+|dylib)$/ : /\.node(\.wasm)?$/).test(path)
  return [
    ...sharp.filter((name) => !paths.some((path) => isCodeOf(name, path))),
    ...dawn.filter((file) => !paths.some((path) => path.endsWith(`/webgpu/dist/${file}`))),
  ].map((what) => `it lacks the native code of ${what}`)
}

function overBudget(entries, size) {
  if (size <= budget) return []
  const largest = entries.toSorted((a, b) => b.bytes - a.bytes).slice(0, listed)
  const lines = largest.map(({ path, bytes }) => `  ${megabytes(bytes).padStart(8)}  ${path}`)
  return [
    `${megabytes(size)} are over the budget of ${megabytes(budget)}; the largest:\n${lines.join('\n')}`,
  ]
}

export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(2)} MB`
}
