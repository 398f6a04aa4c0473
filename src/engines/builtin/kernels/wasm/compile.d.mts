/** Compiles the kernels to `outfile`. */
export function compileKernels(outfile: string): Promise<void>
