import { stat } from 'node:fs/promises'
import { errorCode } from './diskErrors'

/** Whether nothing lies at `path`. A disk that fails for the moment says nothing about that. */
export async function isGone(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: unknown) => ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? ''),
  )
}
