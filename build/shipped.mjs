// The packages whose code ships, with their licences.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Licences that ask for no more than being named and passed on. */
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']

/** libvips: a library of its own beside sharp, which anyone can replace. */
const weakCopyleft = { license: 'LGPL-3.0-or-later', packages: /^@img\/sharp-/ }

/** Packages that a build puts in whole or compiles in, where no bundle's inputs tell of them. */
export const copied = ['node_modules/@tensorflow/tfjs-backend-wasm', 'node_modules/assemblyscript']

/**
 * What ships in `dist`: as bundled by the last build, and as copied there.
 *
 * @returns sorted by name; `folder` is where a package's licence lies
 */
export async function shippedPackages() {
  const bundled = JSON.parse(await readFile('dist/bundled.json', 'utf8'))
  const folders = [
    ...bundled,
    ...copied,
    ...(await packagesIn('dist/node_modules')),
    ...(await packagesIn('dist/builtin/backends/webgpu/node_modules')),
  ]
  const packages = await Promise.all([...new Set(folders)].map(describe))
  return packages.sort((a, b) => a.name.localeCompare(b.name, 'en'))
}

async function describe(folder) {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const { name, version, license = '', author } = manifest
  return { folder, name, version, license, author: author?.name ?? author ?? 'its authors' }
}

async function packagesIn(folder) {
  if (!existsSync(folder)) return []
  const names = await readdir(folder)
  const scopes = names.filter((name) => name.startsWith('@'))
  const scoped = await Promise.all(
    scopes.map(async (scope) =>
      (await readdir(join(folder, scope))).map((name) => join(scope, name)),
    ),
  )
  const plain = names.filter((name) => !/^[@.]/.test(name))
  return [...plain, ...scoped.flat()].map((name) => join(folder, name))
}

/** Packages whose licence is none of those that may ship here. */
export function unfitLicences(packages) {
  const fits = (name, one) =>
    allowed.includes(one) || (one === weakCopyleft.license && weakCopyleft.packages.test(name))
  return packages.filter(
    ({ name, license }) => !license.split(' AND ').every((one) => fits(name, one)),
  )
}
