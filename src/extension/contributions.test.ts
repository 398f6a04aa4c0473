import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { describe, expect, it } from 'vitest'
import { formatDuration } from '../runs/format/numbers'
import { commandIds, contextKeys, settings, trustedCommands } from './contributions'

const root = resolve(import.meta.dirname, '../..')
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))

type Command = { command: string; title: string; category: string; enablement?: string }
const manifest = read('package.json')
const commands: readonly Command[] = manifest.contributes.commands

describe('package.json', () => {
  it('contributes exactly the commands of the code', () => {
    expect(commands.map(({ command }) => command).sort()).toEqual(Object.values(commandIds).sort())
  })

  it('asks for trust exactly where the code does', () => {
    const guarded = commands.filter(({ enablement }) => enablement === 'isWorkspaceTrusted')
    expect(guarded.map(({ command }) => command).sort()).toEqual(
      trustedCommands.map((name) => commandIds[name]).sort(),
    )
  })

  it('shows what goes on from runs, or needs a folder, only where there are some', () => {
    const palette: readonly { command: string; when: string }[] =
      manifest.contributes.menus.commandPalette
    const when = (name: keyof typeof commandIds) =>
      palette.find(({ command }) => command === commandIds[name])?.when
    expect(when('nextRound')).toBe(contextKeys.finetuned)
    expect(when('resume')).toBe(contextKeys.resumable)
    expect(when('retry')).toBe(contextKeys.retryable)
    expect([when('newDataSet'), when('splitDataSet')]).toEqual(
      Array(2).fill('workbenchState != empty'),
    )
  })

  it('asks for keys that the code sets', () => {
    const known: readonly string[] = Object.values(contextKeys)
    const clauses = [...JSON.stringify(manifest).matchAll(/"when":"([^"]*)"/g)].map(
      ([, one]) => one,
    )
    const keys = clauses.flatMap((clause = '') => clause.match(/(?<!== )yolov5-slim\.\w+/g) ?? [])
    expect(keys.filter((key) => !known.includes(key))).toEqual([])
  })

  it('contributes exactly the settings of the code, and none that runs a program without trust', () => {
    const python = `${settings.section}.${settings.python}`
    const keys = Object.entries(settings).filter(([name]) => name !== 'section')
    expect(Object.keys(manifest.contributes.configuration.properties).sort()).toEqual(
      keys.map(([, key]) => `${settings.section}.${key}`).sort(),
    )
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual([python])
  })

  it('activates where there is a YOLOv5 or a run of ours only', () => {
    const { activationEvents } = manifest as { activationEvents: readonly string[] }
    // A panel of ours that comes back after a reload is no activity of a workspace without YOLOv5.
    expect(activationEvents.filter((event) => !event.startsWith('onWebviewPanel:'))).toEqual([
      'workspaceContains:models/yolo.py',
      // Looked up, where those with a * are searched for: VS Code gives a search up after seconds.
      'workspaceContains:yolov5/models/yolo.py',
      'workspaceContains:yolov5-master/models/yolo.py',
      'workspaceContains:*/models/yolo.py',
      'workspaceContains:*/*/models/yolo.py',
      'workspaceContains:runs/*/*/slim/run.json',
    ])
  })

  it.each(['package.nls.json', 'package.nls.zh-cn.json'])(
    'leads through five steps in %s, the demo first, to pages and commands that are there',
    (path) => {
      const texts: Record<string, string> = read(path)
      const text = (reference: string) => texts[reference.slice(1, -1)] ?? ''
      const { steps } = manifest.contributes.walkthroughs[0]
      expect(steps).toHaveLength(5)
      expect(text(steps[0].description)).toContain(commandIds.runDemo)
      const pages: string[] = steps.map(
        (step: { media: { markdown: string } }) => step.media.markdown,
      )
      for (const page of pages) expect(readFileSync(join(root, text(page)), 'utf8')).toMatch(/^# /)
      const linked = [...JSON.stringify(texts).matchAll(/\(command:(yolov5-slim\.\w+)\)/g)]
      const known: readonly string[] = Object.values(commandIds)
      expect(linked.map((match) => match[1] ?? '').filter((id) => !known.includes(id))).toEqual([])
    },
  )

  it.each(['package.nls.json', 'package.nls.zh-cn.json'])(
    'finds each of its texts in %s',
    (path) => {
      const used = [...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map((match) => match[1])
      const texts: Record<string, string> = read(path)
      expect(Object.keys(texts).sort()).toEqual([...new Set(used)].sort())
      for (const text of Object.values(texts)) expect(text).not.toBe('')
    },
  )
})

describe('runtime texts', () => {
  const bundle: Record<string, string> = read('media/l10n/bundle.l10n.zh-cn.json')
  const placeholders = (text: string) => (text.match(/\{\d+\}/g) ?? []).sort()

  it('are all translated', () => {
    const texts = ['src', 'webview'].flatMap((folder) => textsOf(join(root, folder)))
    texts.push(...pythonTextsOf(join(root, 'src/engines/pytorch/runner')))
    expect(texts.filter((text) => !(text in bundle))).toEqual([])
  })

  it('are shown in the editor’s language', () => {
    l10n.config({ contents: bundle })
    expect(formatDuration(7)).toBe('7 秒')
    l10n.config({ contents: {} })
    expect(formatDuration(7)).toBe('7 s')
  })

  it('keep their placeholders in translation', () => {
    for (const [text, translated] of Object.entries(bundle)) {
      expect(placeholders(translated), text).toEqual(placeholders(text))
    }
  })
})

/** First arguments of `l10n.t(…)` in the sources of a folder. */
function textsOf(folder: string): string[] {
  const call = /l10n\.t\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g
  return sourcesOf(folder, /(?<!\.test)\.ts$/).flatMap((source) =>
    [...source.matchAll(call)].map((match) => (match[1] ?? match[2] ?? '').replace(/\\(.)/g, '$1')),
  )
}

/** First arguments of `t(…)` in the Python sources of a folder, each one or several literals in a row. */
function pythonTextsOf(folder: string): string[] {
  const call = /(?<![\w.])t\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)/g
  return sourcesOf(folder, /\.py$/).flatMap((source) =>
    [...source.matchAll(call)].map((match) =>
      [...(match[1] ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((part) => part[1] ?? '').join(''),
    ),
  )
}

function sourcesOf(folder: string, name: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => name.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
}
