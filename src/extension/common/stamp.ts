import { stat } from 'node:fs/promises'

/** Differs between two states of a file; the same for one that is not there. */
export async function stampOf(path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined)
  return info ? `${info.size} ${info.mtimeMs} ${info.ino}` : 'gone'
}
