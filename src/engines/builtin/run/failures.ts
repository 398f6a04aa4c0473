import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'

/** As V8, WebAssembly, TensorFlow and Dawn (with Vulkan) say it. */
const outOfMemory =
  /out.of.(device.|host.)?memory|\bOOM\b|RESOURCE_EXHAUSTED|allocation failed|memory allocation|unable to grow/i

/** What an error means to the person: a code, what is wrong, and what to do. The PyTorch engine has the same codes. */
export function classify(error: unknown, runDir: string): SlimError {
  if (error instanceof SlimError) return error
  const text = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SlimError(
      'disk/full',
      l10n.t('The disk that holds {0} is full.', runDir),
      l10n.t('Free some space and continue with --resume; the last complete checkpoint was kept.'),
    )
  }
  if (outOfMemory.test(text)) {
    return new SlimError(
      'cuda/out-of-memory',
      l10n.t('The device ran out of memory: {0}', text.split('\n')[0] ?? ''),
      l10n.t('Use a smaller --batch-size or image size, or free the GPU of other processes.'),
    )
  }
  return new SlimError('train/failed', text, l10n.t('The stack is in the run’s log.'))
}
