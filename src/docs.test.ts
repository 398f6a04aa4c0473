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

/** How a folder's sources warn, of a run, a plan or a checkpoint; `core/slimming` gives `code:` to nothing else. */
const raising = {
  'src/engines': /warn\(\s*['"]([\w-]+\/[\w-]+)['"]/g,
  'src/core/slimming': /\bcode:\s*'([\w-]+\/[\w-]+)'/g,
  'src/cli': /warningLines\(\{\s*code: '([\w-]+\/[\w-]+)'/g,
} as const

/** What a pattern's group matches in the sources below a folder, sorted. */
function foundIn(folder: string, pattern: RegExp): readonly string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.(ts|py)$/.test(name) && !name.endsWith('.test.ts'),
  )
  const found = files.flatMap((file) =>
    [...read(join(folder, file)).matchAll(pattern)].map(([, group = '']) => group),
  )
  return [...new Set(found)].sort()
}

describe('the page of the warnings of runs', () => {
  const codes = Object.entries(raising).flatMap(([folder, raises]) => foundIn(folder, raises))

  it.each(['media/docs/run-warnings.md', `${chinese}/run-warnings.md`])(
    '%s says something of each code, and of no other',
    (page) => {
      const [, ...entries] = read(page).split(/^## /m)
      const told = entries.map((entry) => /^`(.+)`\n\n\S/.exec(entry)?.[1])
      expect([...told].sort()).toEqual([...new Set(codes)].sort())
      expect(told.length).toBeGreaterThanOrEqual(18)
    },
  )

  it('misses none: a code is written where it is raised, but for those of a plan', () => {
    // The two functions that write the event, and where each engine passes on what the plan warns of.
    expect(foundIn('src/engines', /\bwarn\(\s*([^'"\s][^,)]*)/g)).toEqual([
      'code',
      'code: string',
      'self',
      'str(warning.get("code"',
    ])
  })
})

const linking = ['CONTRIBUTING.md', ...english.map((name) => `media/docs/${name}`), ...twins.flat()]

it.each(linking)('%s links to what is there', (page) => {
  const targets = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
    ([, target = '']) => target,
  )
  const missing = targets.filter((target) => !existsSync(join(root, dirname(page), target)))
  expect(missing).toEqual([])
})
