/**
 * What decides which devices and packages a run finds. Whoever takes it over may be an editor, or a terminal where
 * another environment is active.
 */
const deciding = [
  ...['CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER', 'HIP_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES'],
  ...['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'PYTHONPATH', 'PYTHONHOME', 'VIRTUAL_ENV'],
  ...['CONDA_PREFIX', 'CONDA_DEFAULT_ENV'],
] as const

/** Variables as they were when a run was submitted; null for one that was not set. */
export type KeptEnvironment = Readonly<Record<string, string | null>>

/** What a ticket keeps of the environment. */
export function keepEnvironment(from: NodeJS.ProcessEnv = process.env): KeptEnvironment {
  return Object.fromEntries(deciding.map((name) => [name, from[name] ?? null]))
}

/** The same as additions to another environment; `undefined` removes a variable. */
export function keptVariables(
  kept: KeptEnvironment = {},
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, value ?? undefined]))
}
