import { existsSync, readdirSync } from 'node:fs'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { buildExtension } from './build/splitExtension.mjs'
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
  metafile: true,
  define: { __VERSION__: JSON.stringify(version) },
  legalComments: 'none',
  logLevel: 'warning',
}

/** tfjs's wasm backend with SIMD, with and without threads of its own. */
const wasmPackage = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))
const wasmFiles = ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm.wasm']

/** Pages of the extension's webviews: `webview/<name>/main.ts`, with the style sheet that it imports. */
const pages = readdirSync('webview').filter((name) => existsSync(join('webview', name, 'page.css')))

const browser = {
  bundle: true,
  metafile: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
}

// With them goes what packaging put there; a clone's own `node_modules` has sharp.
for (const folder of ['extension', 'webview', 'runner', 'builtin', 'node_modules']) {
  await rm(join('dist', folder), { recursive: true, force: true })
}
const results = await Promise.all([
  buildExtension('src/extension/extension.ts', 'dist/extension', node),
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
  compileKernels('dist/builtin/kernels.wasm'),
  ...wasmFiles.map((name) => cp(join(wasmPackage, name), join('dist/builtin', name))),
  cp('src/engines/pytorch/runner', 'dist/runner', {
    recursive: true,
    filter: (path) => !/__pycache__|\.mypy_cache|test_/.test(path),
  }),
])

await writeFile('dist/bundled.json', `${JSON.stringify(bundledPackages(results), null, 2)}\n`)

/** Folders of the packages that bundles hold code of: what ships, and has to be named with its licence. */
function bundledPackages(results) {
  const outputs = results.flatMap((result) => Object.values(result?.metafile?.outputs ?? {}))
  const inputs = outputs.flatMap(({ inputs }) => Object.entries(inputs))
  const folders = inputs.map(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] : undefined,
  )
  return [...new Set(folders)].filter(Boolean).sort()
}
