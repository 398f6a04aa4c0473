import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build, transform } from 'esbuild'

const first = 'extension.cjs'

/**
 * Builds the extension as one file that is read at its start, and files of what is imported on demand: the extension
 * host does nothing else while it reads code, and a file costs it more than what is in it. esbuild splits ES modules
 * only, into many files: those that the start needs are joined again, and all are rewritten as CommonJS, which every
 * VS Code loads.
 *
 * @param options esbuild's, of a Node bundle
 * @returns esbuild's result of the splitting, which knows what is in the files
 */
export async function buildExtension(entryPoint, outdir, options) {
  const sourcemap = options.sourcemap && 'inline'
  const result = await build({
    ...options,
    entryPoints: { extension: entryPoint },
    outdir,
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
    format: 'esm',
    splitting: true,
    sourcemap,
    write: false,
  })
  const texts = new Map(result.outputFiles.map(({ path, text }) => [basename(path), text]))
  const start = filesOfStart(result.metafile.outputs, join(outdir, first))
  await mkdir(outdir, { recursive: true })
  const commonJs = {
    ...{ platform: 'node', target: options.target, format: 'cjs' },
    ...{ minify: options.minify, sourcemap },
    // By `require`, through which VS Code gives out its `vscode` module.
    supported: { 'dynamic-import': false },
  }
  const joined = start.map((name, i) => `export * as part${i} from './${name}'`)
  await build({
    ...commonJs,
    stdin: { contents: [`export * from './${first}'`, ...joined].join('\n'), resolveDir: outdir },
    outfile: join(outdir, first),
    bundle: true,
    external: ['vscode'],
    plugins: [fromMemory(texts)],
    logLevel: options.logLevel,
  })
  for (const [name, text] of texts) {
    if (name === first) continue
    const part = start.indexOf(name)
    const { code } =
      part >= 0
        ? // For what is loaded later: the start has it already.
          { code: `module.exports = require('./${first}').part${part}\n` }
        : await transform(text, { ...commonJs, sourcefile: name })
    await writeFile(join(outdir, name), code)
  }
  return result
}

/** Names of the files that one imports at once, itself left out. */
function filesOfStart(outputs, path) {
  const found = new Set([path])
  for (const one of found) {
    for (const { path: imported, kind } of outputs[one].imports)
      if (kind === 'import-statement' && outputs[imported]) found.add(imported)
  }
  found.delete(path)
  return [...found].map((one) => basename(one))
}

/** Files that were made before, instead of those on the disk. */
function fromMemory(texts) {
  return {
    name: 'from-memory',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\// }, ({ path, kind }) =>
        kind === 'dynamic-import'
          ? { path, external: true }
          : { path: basename(path), namespace: 'memory' },
      )
      onLoad({ filter: /./, namespace: 'memory' }, ({ path }) => ({ contents: texts.get(path) }))
    },
  }
}
