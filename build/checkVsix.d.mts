import type { ZipEntry } from './zip.mjs'

export const budget: number

export function problemsOf(
  entries: readonly ZipEntry[],
  vsix: { readonly target: string; readonly size: number },
): string[]

export function megabytes(bytes: number): string
