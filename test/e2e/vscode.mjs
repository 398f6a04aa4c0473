// Makes a real VS Code ready, for those who go on without one where it cannot be built: exit code 3 says so, with the
// reason. Whatever else fails is no reason to do without.
import { ensureRuntime, NotBuilt } from './runtime.mjs'

try {
  ensureRuntime()
} catch (error) {
  if (!(error instanceof NotBuilt)) throw error
  console.log(error.message)
  process.exitCode = 3
}
