import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { generator, mutate, pickleRegion } from '../../src/core/checkpoint/mutants'
import { hasPython, loadBlindly, writeHostile } from '../faults/support/hostile'
import { baseline } from '../faults/support/program'
import { extensionHosts } from './support/extensionHosts'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { checkoutWorkspace } from './support/workspace'

const whole = readFileSync(baseline)

/** Files that are not what their names say, and what is said of them. */
const hostile: Readonly<Record<string, { readonly bytes: Buffer; readonly code: RegExp }>> = {
  'truncated.pt': { bytes: whole.subarray(0, whole.length / 2), code: /^checkpoint\/truncated$/ },
  'garbage.pt': { bytes: noise(100_000), code: /^checkpoint\/not-a-checkpoint$/ },
  'bomb.pt': { bytes: bomb(), code: /^checkpoint\/(too-complex|too-large|corrupt)$/ },
  'damaged.pt': { bytes: damaged(1), code: /^(checkpoint|model)\// },
  'damaged-too.pt': { bytes: damaged(2), code: /^(checkpoint|model)\// },
}

describe('checkpoints of strangers, opened in the editor', () => {
  const workspace = checkoutWorkspace()
  const weights = join(workspace.checkout, 'weights')
  const witness = join(workspace.folder, 'executed')
  let session: Session
  let window: Window
  let hosts: readonly number[]

  beforeAll(async () => {
    mkdirSync(weights)
    for (const [name, { bytes }] of Object.entries(hostile))
      writeFileSync(join(weights, name), bytes)
    writeHostile(join(weights, 'unsafe.pt'), witness)
    copyFileSync(baseline, join(weights, 'good.pt'))
    session = await openSession(workspace, 'hostile')
    window = session.window
    await window.status(/YOLOv5/).waitFor({ timeout: patience })
    hosts = extensionHosts(workspace.folder)
  }, 300_000)
  closeAfterwards(() => session)

  async function open(name: string) {
    await window.commandAndChoose('YOLOv5 Slim: Open Checkpoint', `weights/${name}`)
    // Pages of files that were opened before are still there.
    return window.webview(`.head h1:text-is("${name}")`, patience)
  }

  it.each(Object.entries(hostile))(
    '%s is a page that says what is wrong',
    async (name, { code }) => {
      const frame = await open(name)
      expect(await frame.locator('.notice code').first().textContent()).toMatch(code)
      expect(await frame.locator('.notice p').count()).toBe(2)
      await window.command('View: Close All Editors')
    },
  )

  it('one that would run a program is shown with a warning, and runs none', async () => {
    const frame = await open('unsafe.pt')
    const notice = frame.locator('.error-notice')
    expect(await notice.innerText()).toContain('checkpoint/unsafe-globals')
    expect(await notice.innerText()).toMatch(/\b(os|posix)\.system\b/)
    expect(existsSync(witness)).toBe(false)
    await window.command('View: Close All Editors')
  })

  it.skipIf(!hasPython)('which a blind loader would have run', () => {
    loadBlindly(join(weights, 'unsafe.pt'))
    expect(existsSync(witness)).toBe(true)
    rmSync(witness)
  })

  it('a good one opens afterwards, in the same extension host', async () => {
    const frame = await open('good.pt')
    await frame.locator('.preview').waitFor({ timeout: patience })
    expect(await frame.locator('.error-notice').count()).toBe(0)
    expect(extensionHosts(workspace.folder)).toEqual(hosts)
  })
})

function noise(length: number): Buffer {
  const random = generator(7)
  return Buffer.from(Array.from({ length }, () => random(256)))
}

/** A model whose pickle says of itself that it unpacks to 1.8 GB. */
function bomb(): Buffer {
  const bytes = Buffer.from(whole)
  const { start, crcAt } = pickleRegion(bytes)
  const size = 0x70000000
  bytes.writeUInt16LE(8, crcAt - 6)
  bytes.writeUInt32LE(size, crcAt + 8)
  const local = bytes.lastIndexOf('PK\x03\x04', start)
  bytes.writeUInt16LE(8, local + 8)
  bytes.writeUInt32LE(size, local + 22)
  return bytes
}

/** A model with damage in its pickle, under a checksum that is right. */
function damaged(seed: number): Buffer {
  const region = pickleRegion(whole)
  const bytes = mutate(whole, region, generator(seed))
  bytes.writeUInt32LE(crc32(bytes.subarray(region.start, region.end)), region.crcAt)
  return bytes
}
