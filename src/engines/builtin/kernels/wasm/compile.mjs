// Compiles our WebAssembly kernels: `compileKernels('dist/builtin/kernels.wasm')`.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { main } from 'assemblyscript/asc'

const source = join(import.meta.dirname, 'assembly')

/** @param {string} outfile */
export async function compileKernels(outfile) {
  /** @type {Uint8Array | undefined} */
  let binary
  const { error, stderr } = await main(
    [
      'index.ts',
      ...['--outFile', 'kernels.wasm', '--optimizeLevel', '3', '--shrinkLevel', '0'],
      // No runtime and no data of its own: it works on the memory of tfjs's own module.
      ...['--importMemory', '--runtime', 'stub', '--noAssert'],
      ...['--enable', 'simd', '--enable', 'bulk-memory'],
    ],
    {
      readFile: (name, base) =>
        readFile(join(source, base === '.' ? name : join(base, name)), 'utf8').catch(() => null),
      writeFile: (_name, contents) => {
        if (typeof contents !== 'string') binary = contents
      },
      listFiles: () => [],
    },
  )
  if (error || !binary) throw new Error(`kernels do not compile: ${stderr.toString()}`)
  await mkdir(dirname(outfile), { recursive: true })
  await writeFile(outfile, binary)
}
