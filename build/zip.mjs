import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'

/** The files of a zip, with the bytes that each takes in it. */
export async function listZip(file) {
  const zip = await openPromise(file)
  const entries = []
  for await (const { fileName, compressedSize } of zip.eachEntry()) {
    if (!fileName.endsWith('/')) entries.push({ path: fileName, bytes: compressedSize })
  }
  return entries
}

/** yauzl refuses paths that lead out of the folder. */
export async function unpackZip(file, folder) {
  const zip = await openPromise(file, { autoClose: false })
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue
    const path = join(folder, entry.fileName)
    await mkdir(dirname(path), { recursive: true })
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path))
  }
  zip.close()
}
