export function shippedFolders(
  lock: { readonly packages: Readonly<Record<string, { readonly dev?: boolean }>> },
  bundled: readonly string[],
): Set<string>

export function findingsFor(
  report: {
    readonly vulnerabilities: Readonly<
      Record<string, { readonly nodes: readonly string[]; readonly via: readonly unknown[] }>
    >
  },
  shipped: ReadonlySet<string>,
): string[]
