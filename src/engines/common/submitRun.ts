import { type Submission, submit } from '../../runs/queue/queue'
import type { LaunchSpec } from '../../runs/supervisor'
import { hasGpu } from './gpus'

/** Claims the devices of a prepared run; see `submit`. Looks for a GPU only when `--device` leaves it open. */
export async function submitRun(launch: LaunchSpec, wait: boolean): Promise<Submission> {
  const open = launch.device !== undefined && launch.device.trim() === ''
  const facts = { hasGpu: open && (await hasGpu()), visible: process.env.CUDA_VISIBLE_DEVICES }
  return submit(launch, { wait, facts })
}
