import { cp, readFile, rm } from 'node:fs/promises'
import { build } from 'esbuild'

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

await rm('dist/runner', { recursive: true, force: true })
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
    banner: { js: '#!/usr/bin/env node' },
  }),
  cp('src/engines/pytorch/runner', 'dist/runner', {
    recursive: true,
    filter: (path) => !/__pycache__|\.mypy_cache|test_/.test(path),
  }),
])
