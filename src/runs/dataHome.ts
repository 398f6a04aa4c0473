import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where a program keeps data of its own for this person, as each system has it. */
export function dataHome(): string {
  if (process.platform === 'win32') {
    return process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local')
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support')
  return process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share')
}
