export type Package = { readonly name: string; readonly version: string; readonly license: string }

export function shippedPackages(): Promise<Package[]>

export function unfitLicences<P extends Pick<Package, 'name' | 'license'>>(
  packages: readonly P[],
): P[]
