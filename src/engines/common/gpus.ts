import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'

/** One GPU at one moment; what its driver does not tell is undefined. */
export type GpuSample = {
  readonly index: number
  readonly name: string
  /** Share of the last moments in which it computed, 0 to 1. */
  readonly load?: number
  /** Bytes. */
  readonly memoryUsed?: number
  readonly memoryTotal?: number
  /** Degrees Celsius. */
  readonly temperature?: number
}

const fields = [
  'index',
  'name',
  'utilization.gpu',
  'memory.used',
  'memory.total',
  'temperature.gpu',
] as const

/**
 * Load, memory and temperature of the NVIDIA GPUs of this machine, as `nvidia-smi` tells them; empty where there is
 * no such program, no GPU, or no answer within `timeoutMs`. Never rejects.
 */
export function sampleGpus(timeoutMs = 5000): Promise<readonly GpuSample[]> {
  return new Promise((done) => {
    execFile(
      'nvidia-smi',
      [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'],
      // Windows also looks for programs in the working folder: never the workspace's.
      { cwd: tmpdir(), timeout: timeoutMs, killSignal: 'SIGKILL', windowsHide: true },
      (error, stdout) => done(error ? [] : parseGpuQuery(stdout)),
    )
  })
}

/** The lines of `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`; memory is in MiB there. */
export function parseGpuQuery(text: string): readonly GpuSample[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const cells = line.split(',').map((cell) => cell.trim())
    // A name may hold commas; numbers do not.
    const [index = '', ...rest] = cells
    const numbers = rest.slice(-4).map(number)
    const name = rest.slice(0, -4).join(', ')
    if (!/^\d+$/.test(index) || name === '') return []
    const [load, used, total, temperature] = numbers
    return [
      {
        index: Number(index),
        name,
        ...(load === undefined ? {} : { load: load / 100 }),
        ...(used === undefined ? {} : { memoryUsed: used * mebibyte }),
        ...(total === undefined ? {} : { memoryTotal: total * mebibyte }),
        ...(temperature === undefined ? {} : { temperature }),
      },
    ]
  })
}

const mebibyte = 1 << 20

/** `[N/A]`, `[Not Supported]` and the like are no numbers. */
function number(cell: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : undefined
}

let known: Promise<boolean> | undefined

/** Whether a run without `--device` takes a GPU here; asked once, since GPUs do not come and go. */
export function hasGpu(): Promise<boolean> {
  // PyTorch's releases and the built-in engine both take Apple's GPU on their own.
  known ??=
    process.platform === 'darwin' && process.arch === 'arm64'
      ? Promise.resolve(true)
      : sampleGpus().then((gpus) => gpus.length > 0)
  return known
}
