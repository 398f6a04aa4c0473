import { stat } from 'node:fs/promises'
import { SlimError } from '../errors'
import { errorCode } from './diskErrors'

/** Whether nothing lies at `path`. A disk that fails for the moment says nothing about that. */
export async function isGone(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: unknown) => !mayPass(error),
  )
}

/**
 * Whether the disk may answer another time, as a server that restarts: nothing says that what was asked for is gone. Of
 * an error of ours its cause counts.
 */
export function mayPass(error: unknown): boolean {
  const code = errorCode(error instanceof SlimError ? error.cause : error)
  return code !== undefined && code !== 'ENOENT' && code !== 'ENOTDIR'
}
