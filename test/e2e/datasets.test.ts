import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { checkoutWorkspace, slim } from './support/workspace'

describe('data sets, from the keyboard', () => {
  const workspace = checkoutWorkspace()
  const { folder, checkout } = workspace
  const [shapes, photos] = [join(folder, 'shapes'), join(folder, 'photos')]
  const config = (name: string) => parse(readFileSync(join(checkout, 'data', name), 'utf8'))
  const list = (name: string) => readFileSync(join(photos, name), 'utf8').trim().split('\n')
  let session: Session
  let window: Window

  beforeAll(async () => {
    await slim(folder, ['sample', shapes, '--train', '16', '--val', '8', '--size', '64'])
    // As cameras and labelling programs leave them: all in one folder.
    for (const kind of ['images', 'labels'])
      cpSync(join(shapes, kind, 'train'), join(photos, kind), { recursive: true })
    session = await openSession(workspace, 'datasets')
    window = session.window
    await window.status(/YOLOv5/).waitFor({ timeout: patience })
  }, 300_000)
  closeAfterwards(() => session)

  const opened = (name: string) =>
    window.page.locator('.tab.active', { hasText: name }).waitFor({ timeout: patience })

  it('get a config in the release’s place, which has nothing to be mended', async () => {
    await window.command('YOLOv5 Slim: New Data Set')
    await window.choosePath(`${shapes}/`)
    expect(await window.says('Give the classes their names')).toContain('24 images, 24 labelled')
    await opened('shapes.yaml')
    expect(config('shapes.yaml')).toMatchObject({ nc: 3, names: ['class0', 'class1', 'class2'] })
    const findings = await slim(checkout, ['check', 'data/shapes.yaml', '--json'])
    expect(JSON.parse(findings).counts).toMatchObject({ error: 0, warning: 0 })
  })

  it('need images', async () => {
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    await window.command('YOLOv5 Slim: New Data Set')
    await window.choosePath(`${empty}/`)
    expect(await window.says('data/no-images')).toContain('Choose the folder that holds the images')
    expect(existsSync(join(checkout, 'data', 'empty.yaml'))).toBe(false)
  })

  async function divide(val: string, way = 'Write lists'): Promise<void> {
    await window.command('YOLOv5 Slim: Split Data Set')
    await window.choosePath(`${photos}/`)
    await window.ask('validate with', val)
    await window.ask('test with', '0')
    await window.choose(way)
  }

  it('are divided, and get a config of the lists', async () => {
    await divide('0.25')
    await opened('photos.yaml')
    const [train, val] = [list('train.txt'), list('val.txt')]
    expect([train.length, val.length]).toEqual([12, 4])
    const names = [...train, ...val].map((path) => basename(path))
    expect(new Set(names).size).toBe(16)
    expect(config('photos.yaml')).toMatchObject({ nc: 3 })
  })

  it('are divided anew only when told so', async () => {
    const before = list('val.txt')
    await divide('0.5')
    await window.answer('Cancel')
    expect(list('val.txt')).toEqual(before)
    await divide('0.5')
    await window.answer('Replace')
    await opened('photos2.yaml')
    expect(list('val.txt')).toHaveLength(8)
  })

  it('are copied into a folder of their own, and get its config', async () => {
    const parent = join(folder, 'copies')
    mkdirSync(parent)
    await divide('0.25', 'Copy into a new folder')
    await window.choosePath(`${parent}/`)
    await opened('photos-split.yaml')
    const copied = join(parent, 'photos-split')
    const files = (kind: string, subset: string) => readdirSync(join(copied, kind, subset)).length
    expect([files('images', 'train'), files('images', 'val')]).toEqual([12, 4])
    expect([files('labels', 'train'), files('labels', 'val')]).toEqual([12, 4])
    expect(readdirSync(join(photos, 'images'))).toHaveLength(16)
    const findings = await slim(checkout, ['check', 'data/photos-split.yaml', '--json'])
    expect(JSON.parse(findings).counts).toMatchObject({ error: 0, warning: 0 })
  })
})
