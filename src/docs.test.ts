import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const pagesOf = (folder: string): readonly string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .sort()

const chinese = 'media/docs/zh-cn'
/** For who changes the code, which is in English. */
const english = ['architecture.md']
const guides = pagesOf('media/docs').filter((name) => !english.includes(name))
const warnings = pagesOf('media/docs/warnings').map((name) => `warnings/${name}`)
const twins: readonly (readonly [page: string, twin: string])[] = [
  ['README.md', 'README.zh-cn.md'],
  ...[...guides, ...warnings].map((name) => [`media/docs/${name}`, `${chinese}/${name}`] as const),
]

/** Fenced and indented blocks: what a reader copies is the same in every language. */
function blocks(text: string): readonly string[] {
  const fenced = text.match(/^```[\s\S]*?^```$/gm) ?? []
  const indented = text.match(/(?<=\n\n)(?: {4}.*\n)+/g) ?? []
  return [...fenced, ...indented]
}

/** Levels of the headings, in order. */
function outline(text: string): readonly number[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '')
  return [...prose.matchAll(/^(#+) /gm)].map(([, marks = '']) => marks.length)
}

describe('the documentation in Chinese', () => {
  it('has a page for each English one, and no other', () => {
    expect(pagesOf(chinese)).toEqual(guides)
    expect(pagesOf(`${chinese}/warnings`).map((name) => `warnings/${name}`)).toEqual(warnings)
  })

  it.each(twins)('%s has the headings and number of examples of its twin', (page, twin) => {
    expect(outline(read(twin))).toEqual(outline(read(page)))
    expect(blocks(read(twin)).length).toBe(blocks(read(page)).length)
  })

  it.each(twins.filter(([page]) => page.includes('warnings/')))(
    '%s has the examples of its twin',
    (page, twin) => expect(blocks(read(twin))).toEqual(blocks(read(page))),
  )
})

const linking = ['CONTRIBUTING.md', ...english.map((name) => `media/docs/${name}`), ...twins.flat()]

it.each(linking)('%s links to what is there', (page) => {
  const targets = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
    ([, target = '']) => target,
  )
  const missing = targets.filter((target) => !existsSync(join(root, dirname(page), target)))
  expect(missing).toEqual([])
})
