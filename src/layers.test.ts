import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = resolve(import.meta.dirname)

/** What each folder may import of the others, and which outside modules it must not. */
const layers: Readonly<Record<string, { may: readonly string[]; mustNot: readonly RegExp[] }>> = {
  core: {
    may: ['core'],
    mustNot: [/^vscode$/, /child_process$/, /worker_threads$/, /^@tensorflow\//],
  },
  runs: { may: ['runs', 'core'], mustNot: [/^vscode$/, /^@tensorflow\//] },
  engines: { may: ['engines', 'runs', 'core'], mustNot: [/^vscode$/] },
  cli: { may: ['cli', 'engines', 'runs', 'core'], mustNot: [/^vscode$/, /^@tensorflow\//] },
  extension: { may: ['extension', 'engines', 'runs', 'core'], mustNot: [/^@tensorflow\//] },
}

/** Folders of core that also run in the webview: no Node modules at all. */
const browserSafe = ['core/slimming']

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.test\.ts$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
}

function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const pattern = /(?:from\s+|import\s*\(\s*|^import\s+|require\s*\(\s*)['"]([^'"]+)['"]/gm
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '')
}

describe.each(Object.entries(layers))('src/%s', (layer, { may, mustNot }) => {
  it.each(sources(join(src, layer)).map((file) => [relative(src, file), file] as const))(
    '%s imports only what its layer may',
    (name, file) => {
      const wrong = imports(file).filter((specifier) => {
        if (!specifier.startsWith('.')) {
          const isNode = specifier.startsWith('node:') || builtinModules.includes(specifier)
          const inBrowser = browserSafe.some((folder) => name.startsWith(`${folder}/`))
          return mustNot.some((pattern) => pattern.test(specifier)) || (inBrowser && isNode)
        }
        const target = relative(src, resolve(dirname(file), specifier)).split('/')[0] ?? ''
        return !may.includes(target)
      })
      expect(wrong).toEqual([])
    },
  )
})
