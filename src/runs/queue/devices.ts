/** What is known of the machine and the environment that a run starts in. */
export type DeviceFacts = {
  /** The machine has a GPU that a run without `--device` would take. */
  readonly hasGpu: boolean
  /** `CUDA_VISIBLE_DEVICES`; `--device` with numbers replaces it, as every YOLOv5 release does. */
  readonly visible?: string | undefined
}

/**
 * The devices that a run computes on, by the names under which the queue counts them: `cpu`, `gpu:0`. Cores are
 * shared, so the CPU is one device. All backends of a machine's first GPU (CUDA, WebGPU, Metal) are `gpu:0`.
 *
 * @param flag `--device` as it was given; empty for the default
 */
export function devicesOf(flag: string, { hasGpu, visible }: DeviceFacts): readonly string[] {
  const parts = flag
    .toLowerCase()
    .split(',')
    .map((part) => part.trim().replace(/^cuda:/, ''))
    .filter((part) => part !== '')
  const numbers = parts.filter((part) => /^\d+$/.test(part)).map(Number)
  if (numbers.length > 0) return [...new Set(numbers)].sort((a, b) => a - b).map(gpu)
  const [name] = parts
  if (name === 'cpu' || name === 'wasm' || name === 'native') return ['cpu']
  if (name === undefined && !hasGpu) return ['cpu']
  const first = /^\s*(\d+)/.exec(visible ?? '')?.[1]
  return [gpu(first === undefined ? 0 : Number(first))]
}

function gpu(index: number): string {
  return `gpu:${index}`
}

/** Whether two runs would share a device. */
export function overlap(a: readonly string[], b: readonly string[]): boolean {
  return a.some((device) => b.includes(device))
}
