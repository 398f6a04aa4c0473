/** What we use of WebAssembly, for which Node's types have no more than the name. */
export type WasmMemory = { readonly buffer: ArrayBuffer }

type Api = {
  instantiate(
    bytes: Uint8Array,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ): Promise<{ readonly instance: { readonly exports: unknown } }>
}

/** Compiles and links a module; returns its exports. */
export async function instantiate(
  bytes: Uint8Array,
  imports: Parameters<Api['instantiate']>[1],
): Promise<unknown> {
  const { WebAssembly: api } = globalThis as unknown as { readonly WebAssembly: Api }
  return (await api.instantiate(bytes, imports)).instance.exports
}
