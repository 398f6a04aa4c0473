import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { emptyFolder, made, run } from './support'

const standin = resolve(import.meta.dirname, '../fixtures/standin-new')

describe('the npm package, installed into an empty folder', () => {
  let folder: string
  beforeAll(async () => {
    folder = emptyFolder()
    // npm else looks for a project above, or with `--prefix` not at the configuration of all users.
    writeFileSync(join(folder, 'package.json'), '{}')
    await run('npm', ['install', '--no-audit', '--no-fund', made.tarball], folder)
  })
  const slim = (...args: string[]): Promise<string> =>
    run('npx', ['--no-install', 'yolov5-slim', ...args], folder)
  const inside = (path: string): string => join(folder, 'node_modules/yolov5-slim', path)

  it('brings sharp along, and nothing that is bundled', () => {
    const names = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))
    expect(names.sort()).toEqual(['@img', 'detect-libc', 'semver', 'sharp', 'yolov5-slim'])
    expect(existsSync(inside('THIRD-PARTY-NOTICES.txt'))).toBe(true)
    expect(existsSync(inside('dist/runner/main.py'))).toBe(true)
    const files = readdirSync(inside('.'), { recursive: true, encoding: 'utf8' })
    expect(files.filter((path) => /\.map$|\.ts$|test|extension|webview/.test(path))).toEqual([])
  })

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(inside('package.json'), 'utf8')) as {
      version: string
    }
    expect((await slim('--version')).trim()).toBe(version)
  })

  it('detects a YOLOv5', async () => {
    expect(await slim('detect', standin)).toContain('YOLOv5 v6.2')
  })

  it('draws a data set, trains on it and prunes what it trained', async () => {
    await slim('sample', 'shapes', '--train', '16', '--val', '8')
    const weights = ['--weights', inside('media/sample/baseline.pt')]
    const size = ['--img', '96', '--batch-size', '8', '--epochs', '1']
    const out = await slim(
      ...['train', '--engine', 'builtin', '--data', 'shapes/data.yaml', ...weights, ...size],
      ...['--device', 'wasm', '--name', 'a'],
    )
    expect(out).toMatch(/epoch 1\/1 .*mAP50 0\.\d+/)
    const pruned = await slim(
      'prune',
      '--weights',
      'runs/train/a/weights/last.pt',
      '--percent',
      '0.3',
    )
    expect(pruned).toContain('pruned_model.pt')
    expect(existsSync(join(folder, 'pruned_model.pt'))).toBe(true)
  })
})
