import { existsSync, readdirSync } from 'node:fs'
import { cp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { compileKernels } from './src/engines/builtin/kernels/wasm/compile.mjs'

const { version } = JSON.parse(await readFile('package.json', 'utf8'))
const production = process.argv.includes('--production')

/** Node bundles: one file each, so that a start reads one file. */
const node = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: production,
  sourcemap: production ? false : 'linked',
  define: { __VERSION__: JSON.stringify(version) },
  legalComments: 'none',
  logLevel: 'warning',
}

/** tfjs's wasm backend with SIMD, with and without threads of its own. */
const wasmPackage = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))
const wasmFiles = ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm.wasm']

/**
 * sharp, with its native code for this platform, as the package carries it: `dist/node_modules` is where the bundles
 * look for it.
 */
async function copySharp() {
  await rm('dist/node_modules', { recursive: true, force: true })
  if (!production) return
  const names = new Set(['sharp'])
  for (const name of names) {
    const manifest = JSON.parse(await readFile(join('node_modules', name, 'package.json'), 'utf8'))
    const { dependencies = {}, optionalDependencies = {} } = manifest
    const wanted = Object.keys({ ...dependencies, ...optionalDependencies })
    // Of the optional ones npm installed those that fit.
    for (const other of wanted) if (existsSync(join('node_modules', other))) names.add(other)
    await cp(join('node_modules', name), join('dist/node_modules', name), {
      recursive: true,
      filter: (path) => !/\/(src|install)(\/|$)/.test(path.split(name).at(-1) ?? ''),
    })
  }
}

/** Pages of the extension's webviews: `webview/<name>/main.ts`, with the style sheet that it imports. */
const pages = readdirSync('webview').filter((name) => existsSync(join('webview', name, 'page.css')))

const browser = {
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
}

await rm('dist/webview', { recursive: true, force: true })
await rm('dist/runner', { recursive: true, force: true })
await rm('dist/builtin', { recursive: true, force: true })
await Promise.all([
  build({
    ...node,
    entryPoints: ['src/extension/extension.ts'],
    outfile: 'dist/extension.cjs',
    external: ['vscode'],
  }),
  build({
    ...node,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.cjs',
    // Native code: loaded from node_modules, by the commands that need it.
    external: ['sharp'],
    banner: { js: '#!/usr/bin/env node' },
  }),
  build({
    ...node,
    entryPoints: {
      main: 'src/engines/builtin/run/main.ts',
      'learner-worker': 'src/engines/builtin/learner/worker.ts',
      'data-worker': 'src/engines/builtin/data/worker.ts',
      probe: 'src/engines/builtin/backend/probeMain.ts',
    },
    outdir: 'dist/builtin',
    outExtension: { '.js': '.cjs' },
    external: ['sharp'],
  }),
  build({
    ...browser,
    // Embedded in every report.
    minify: true,
    sourcemap: false,
    entryPoints: ['webview/report/main.ts'],
    outfile: 'dist/report.js',
  }),
  ...pages.map((name) =>
    build({
      ...browser,
      entryPoints: [`webview/${name}/main.ts`],
      outfile: `dist/webview/${name}.js`,
    }),
  ),
  copySharp(),
  compileKernels('dist/builtin/kernels.wasm'),
  ...wasmFiles.map((name) => cp(join(wasmPackage, name), join('dist/builtin', name))),
  cp('src/engines/pytorch/runner', 'dist/runner', {
    recursive: true,
    filter: (path) => !/__pycache__|\.mypy_cache|test_/.test(path),
  }),
])
