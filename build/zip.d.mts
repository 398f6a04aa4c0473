export type ZipEntry = {
  readonly path: string
  /** That it takes in the zip. */
  readonly bytes: number
}

export function listZip(file: string): Promise<ZipEntry[]>

export function unpackZip(file: string, folder: string): Promise<void>
