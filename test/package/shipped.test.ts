import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findingsFor, shippedFolders } from '../../build/findings.mjs'
import { shippedPackages, unfitLicences } from '../../build/shipped.mjs'
import { targets } from '../../build/targets.mjs'
import { optionalBackends } from '../../src/engines/builtin/backend/packages'
import { made } from './support'

const root = resolve(import.meta.dirname, '../..')
const json = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))
const bundled: readonly string[] = json('dist/bundled.json')

describe('licences', () => {
  it('of all that is bundled may ship', async () => {
    const packages = await shippedPackages()
    expect(packages.length).toBeGreaterThanOrEqual(bundled.length)
    expect(unfitLicences(packages)).toEqual([])
  })

  it.each([
    ['a', 'GPL-3.0'],
    ['a', ''],
    ['a', 'LGPL-3.0-or-later'],
    ['a', 'MIT AND GPL-3.0'],
  ])('%s under %j may not', (name, license) => {
    expect(unfitLicences([{ name, license }])).toHaveLength(1)
  })

  it.each([made.universal, made.linux])('stand in $target', ({ folder, target }) => {
    const notices = readFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), 'utf8')
    const sections = notices.split(`\n\n${'='.repeat(80)}\n\n`)
    const native =
      target === 'universal' ? ['@img/sharp-wasm32'] : ['@img/sharp-libvips-linux-x64', 'webgpu']
    const folders = [...bundled, 'node_modules/assemblyscript', 'node_modules/sharp']
    const names = folders.map((one) => one.split('node_modules/').at(-1) ?? '')
    for (const name of [...names, ...native]) {
      const section = sections.find((one) => one.startsWith(`${name} `))
      // The shortest licence is ISC's.
      expect(section?.length, name).toBeGreaterThan(600)
    }
    const wasm = sections.find((one) => one.startsWith('@tensorflow/tfjs-backend-wasm '))
    for (const name of ['XNNPACK', 'pthreadpool', 'musl']) expect(wasm).toContain(`--- ${name} (`)
    const dawn = sections.find((one) => one.startsWith('webgpu '))
    expect(dawn === undefined).toBe(target === 'universal')
    if (dawn !== undefined) {
      // What a package for any platform has beside Dawn's own binaries, which are those of the package `webgpu`.
      const files = Object.values(targets).flatMap((one) => one.dawn)
      const others = files.filter((file) => !file.endsWith('.dawn.node'))
      expect(others.length).toBeGreaterThan(0)
      const libraries = ['Abseil', 'SPIRV-Tools', 'SPIRV-Headers', 'node-addon-api']
      for (const name of [...libraries, ...others]) expect(dawn).toContain(`--- ${name} (`)
      expect(dawn).toMatch(/Apache License\s+Version 2\.0[\s\S]+END OF TERMS AND CONDITIONS/)
    }
    expect(sections.at(-2)).toMatch(/^GNU LESSER GENERAL PUBLIC LICENSE/)
    expect(sections.at(-1)).toMatch(/^GNU GENERAL PUBLIC LICENSE\s+Version 3/)
  })
})

describe('the audit', () => {
  const shipped = shippedFolders(json('package-lock.json'), bundled)

  it('looks at what npm installs, at what is bundled and at what is copied', () => {
    for (const name of ['sharp', '@img/sharp-wasm32', 'valibot', 'webgpu', 'assemblyscript']) {
      expect(shipped).toContain(`node_modules/${name}`)
    }
    for (const name of ['vitest', '@vscode/vsce', 'esbuild']) {
      expect(shipped).not.toContain(`node_modules/${name}`)
    }
  })

  it('tells of advisories on those alone', () => {
    const advisory = { title: 'reads too much', url: 'https://example.org/1', severity: 'high' }
    const vulnerabilities = {
      sharp: { nodes: ['node_modules/sharp'], via: [advisory] },
      valibot: { nodes: ['node_modules/valibot'], via: ['vitest'] },
      vitest: { nodes: ['node_modules/vitest'], via: [advisory] },
    }
    expect(findingsFor({ vulnerabilities }, shipped)).toEqual([
      'high: node_modules/sharp: reads too much (https://example.org/1)',
    ])
  })
})

it('the WebGPU that ships is the one that a person would install', () => {
  expect(json('node_modules/webgpu/package.json').version).toBe(optionalBackends.webgpu.version)
})
