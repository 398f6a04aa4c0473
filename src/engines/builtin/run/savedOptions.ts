import { stringify } from 'yaml'
import { writeFileAtomically } from '../../../core/disk/writeFileAtomically'
import type { BuiltinRelease } from '../contract'
import type { BuiltinConfig } from '../stage/contract'
import type { OptValues } from '../stage/options'
import type { RunContext } from './context'

/**
 * The options as the release's own train.py keeps them in opt.yaml and in its checkpoints, so that it can go on with
 * the run: `hypFile` where no file was named, devices that PyTorch has, and what v5.0 adds to its flags.
 */
export function savedOptions(
  { opt, runDir }: Pick<BuiltinConfig, 'opt' | 'runDir'>,
  release: BuiltinRelease,
  hypFile: string,
): OptValues {
  const saved = {
    ...opt,
    hyp: opt.hyp || hypFile,
    device: torchDevice(opt.device),
    save_dir: runDir,
  }
  if (release !== 'v5.0') return saved
  const sizes = Array.isArray(opt.img_size) ? opt.img_size : [opt.img_size ?? 640]
  return {
    ...saved,
    // For training and for testing.
    img_size: [sizes[0], sizes.at(-1)],
    total_batch_size: opt.batch_size,
    world_size: 1,
    global_rank: -1,
    local_rank: -1,
  }
}

/**
 * Writes hyp.yaml and opt.yaml into the run's folder; without `opt`, for a training that goes on, the latter stays.
 *
 * @throws SlimError `disk/full`, `disk/read-only`
 */
export async function writeOptions(
  context: Pick<RunContext, 'path'>,
  { hyp, opt }: { readonly hyp: object; readonly opt?: OptValues },
): Promise<void> {
  await writeFileAtomically(context.path('hyp.yaml'), stringify(hyp))
  if (opt) await writeFileAtomically(context.path('opt.yaml'), stringify(opt))
}

/** PyTorch knows numbers of GPUs and the CPU; left empty, it takes the first GPU there is. */
function torchDevice(device: unknown): string {
  const name = String(device ?? '').trim()
  if (/^(native|wasm)$/i.test(name)) return 'cpu'
  return /^(cuda|webgpu|gpu)$/i.test(name) ? '' : name
}
