import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const pages = join(root, 'media/docs/warnings')
const CODE = /'((?:model-yaml|data-yaml|hyp-yaml|script|command|weights)\/[a-z-]+)'/g

/** Codes that the sources of core give to findings. */
function codesOfSources(): readonly string[] {
  const files = readdirSync(join(root, 'src/core'), { withFileTypes: true, recursive: true })
    .filter(({ name }) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map(({ parentPath, name }) => join(parentPath, name))
  const found = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(CODE)].map(([, code]) => code ?? ''),
  )
  return [...new Set(found)].sort()
}

const codes = codesOfSources()
const page = (code: string): string => join(pages, `${code.replace('/', '-')}.md`)

describe('pages of the warnings', () => {
  it('exist for each code, and for nothing else', () => {
    expect(readdirSync(pages).sort()).toEqual(
      codes.map((code) => `${code.replace('/', '-')}.md`).sort(),
    )
    expect(codes.length).toBeGreaterThan(40)
  })

  it.each(codes)('%s says what it means, why, and how to fix it', (code) => {
    expect(existsSync(page(code))).toBe(true)
    const text = readFileSync(page(code), 'utf8')
    expect(text.startsWith(`# \`${code}\`\n\n`)).toBe(true)
    expect(text).toMatch(/^## Why\n\n\S/m)
    expect(text).toMatch(/^## How to fix\n\n\S/m)
  })
})
