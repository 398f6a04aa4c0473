import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { shippedPackages, unfitLicences } from './shipped.mjs'

const rule = `\n\n${'='.repeat(80)}\n\n`

const head = `THIRD-PARTY NOTICES

YOLOv5 Slim contains code of the packages below, each under its own licence.`

/** What the LGPL asks for: the notice, both texts, where the source is, and that the library can be replaced. */
const libvips = `libvips

Images are read and written by libvips, which sharp uses and which the GNU Lesser General Public License, version 3 or
later, covers; so it does some of the libraries that libvips is built with, which are listed above with sharp's packages.
It is unchanged, and lies in files of its own under dist/node_modules/@img,
where a build of your own can take its place. Its source, and how it is built:
https://github.com/lovell/sharp-libvips and https://github.com/lovell/sharp
The licence refers to the GNU General Public License; both follow.`

/** Packages that do not say whose code is compiled into theirs or lies beside it, and the files of `licenses` that do. */
const compiledIn = {
  '@tensorflow/tfjs-backend-wasm': ['tfjs-backend-wasm'],
  webgpu: ['dawn', 'Apache-2.0'],
}

/**
 * Writes `THIRD-PARTY-NOTICES.txt`: every package whose code ships in `dist`, with the text of its licence.
 *
 * @throws Error where a licence may not ship, or where there is no text of it
 */
export async function writeNotices(file = 'THIRD-PARTY-NOTICES.txt') {
  const packages = await shippedPackages()
  const unfit = unfitLicences(packages).map(({ name, license }) => `${name}: ${license || 'none'}`)
  if (unfit.length > 0) throw new Error(`these licences may not ship: ${unfit.join(', ')}`)
  const sections = await Promise.all(packages.map(notice))
  const asksForMore = packages.some(({ license }) => license.includes('LGPL'))
  const gnu = asksForMore
    ? [libvips, await standardText('LGPL-3.0'), await standardText('GPL-3.0')]
    : []
  await writeFile(file, [head, ...sections, ...gnu].join(rule).concat('\n'))
}

async function notice({ folder, name, version, license, author }) {
  const texts = await ownTexts(folder, name)
  const text = texts.length > 0 ? texts : [`Copyright (c) ${author}`, await standardText(license)]
  const parts = await Promise.all((compiledIn[name] ?? []).map(standardText))
  return [`${name} ${version} (${license})`, ...text, ...parts].join('\n\n')
}

/** Licences and notices as the package has them; what sharp's native packages contain stands in their README. */
async function ownTexts(folder, name) {
  const pattern = name.startsWith('@img/sharp-')
    ? /^(licen[cs]e|notices?|readme)/i
    : /^(licen[cs]e|copying|copyright|notices?|third-?party)/i
  const files = (await readdir(folder)).filter((one) => pattern.test(one)).sort()
  const texts = await Promise.all(files.map((one) => readFile(join(folder, one), 'utf8')))
  return texts.map((text) => text.trim())
}

async function standardText(license) {
  const file = join(import.meta.dirname, 'licenses', `${license}.txt`)
  return (await readFile(file, 'utf8')).trim()
}
